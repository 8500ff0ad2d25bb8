import { Observable } from '@/lib/observable'

/** `live`: changes are pushed. `rest`: the API pushes none, so it is asked. `connecting`: first try. `polling`: the push is broken, so the lists are asked for. `offline`: no network. */
export type Connection = 'connecting' | 'live' | 'rest' | 'polling' | 'offline'

export const connection = new Observable<Connection>('connecting')
