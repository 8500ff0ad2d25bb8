/**
 * Generated from backend/openapi.json by `npm run generate`; not edited by hand.
 */
import { request } from '../http.ts';
/**
 * How to enter a store's admin pages. Has no `Debug`, so that it gets into no log.
 */
export interface AdminLogin {
  /**
     * The user's e-mail address, which some engines ask for in place of the name.
     * @nullable
     */
  email?: string | null;
  /** The password. */
  password: string;
  /**
     * Address of the admin pages; null until it is known.
     * @nullable
     */
  url?: string | null;
  /** The user's name. */
  user: string;
}

/**
 * What was done.
 */
export type AuditAction = typeof AuditAction[keyof typeof AuditAction];


export const AuditAction = {
  storecreate: 'store.create',
  storedelete: 'store.delete',
  storereveal_admin_login: 'store.reveal_admin_login',
  sessionbegin: 'session.begin',
  sessionend: 'session.end',
  storelist_all: 'store.list_all',
  auditread: 'audit.read',
  request: 'request',
} as const;

/**
 * What came of it.
 */
export type AuditResult = typeof AuditResult[keyof typeof AuditResult];


export const AuditResult = {
  accepted: 'accepted',
  refused: 'refused',
} as const;

/**
 * Who did what.
 */
export interface AuditEntry {
  /** What was done. */
  action: AuditAction;
  /**
     * The user who did it; null where nobody was known, and for what the cluster did by itself.
     * @nullable
     */
  actor?: string | null;
  /** When. */
  at: string;
  /**
     * Why it was refused, as the code that the caller was given; or what came of it.
     * @nullable
     */
  detail?: string | null;
  /** The entry's id. A later entry has a greater one. */
  id: string;
  /**
     * From where.
     * @nullable
     */
  ip?: string | null;
  /**
     * By which request.
     * @nullable
     */
  requestId?: string | null;
  /** What came of it: `accepted` or `refused`. */
  result: AuditResult;
  /**
     * To which store.
     * @nullable
     */
  storeId?: string | null;
  /**
     * What the store is called.
     * @nullable
     */
  storeName?: string | null;
}

/**
 * A page of the audit log.
 */
export interface AuditPage {
  /** The entries on this page, the newest first. */
  items: AuditEntry[];
  /**
     * The cursor of the next page; null on the last one.
     * @nullable
     */
  nextCursor?: string | null;
}

/**
 * What went wrong, as a word that never changes its meaning.
 */
export type Code = typeof Code[keyof typeof Code];


export const Code = {
  invalid_json: 'invalid_json',
  invalid_query: 'invalid_query',
  invalid_store_id: 'invalid_store_id',
  invalid_idempotency_key: 'invalid_idempotency_key',
  bad_request: 'bad_request',
  unauthenticated: 'unauthenticated',
  login_failed: 'login_failed',
  admin_only: 'admin_only',
  role_missing: 'role_missing',
  origin_not_allowed: 'origin_not_allowed',
  route_not_found: 'route_not_found',
  store_not_found: 'store_not_found',
  method_not_allowed: 'method_not_allowed',
  idempotency_key_in_use: 'idempotency_key_in_use',
  store_limit_reached: 'store_limit_reached',
  admin_login_not_ready: 'admin_login_not_ready',
  body_too_large: 'body_too_large',
  unsupported_media_type: 'unsupported_media_type',
  validation_failed: 'validation_failed',
  unknown_engine: 'unknown_engine',
  idempotency_key_reused: 'idempotency_key_reused',
  upgrade_required: 'upgrade_required',
  too_many_connections: 'too_many_connections',
  request_rate_exceeded: 'request_rate_exceeded',
  user_creation_rate_exceeded: 'user_creation_rate_exceeded',
  ip_creation_rate_exceeded: 'ip_creation_rate_exceeded',
  internal: 'internal',
  database_unavailable: 'database_unavailable',
  cluster_unavailable: 'cluster_unavailable',
  identity_provider_unavailable: 'identity_provider_unavailable',
  timeout: 'timeout',
} as const;

/**
 * A store that is wanted.
 */
export interface CreateStore {
  /**
     * Which kind of shop: the name of one of `GET /api/engines`.
     * @minLength 1
     * @maxLength 63
     * @pattern ^[A-Za-z0-9._-]+$
     */
  engine: string;
  /**
     * What to call it: 1 to 63 letters, digits, spaces and . _ , ' & + -, starting with a letter or a digit. Shown as given.
     * @minLength 1
     * @maxLength 63
     * @pattern ^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._,'&+-]*$
     */
  name: string;
  /**
     * A version of the engine; its default one where none is named.
     * @minLength 1
     * @maxLength 63
     * @nullable
     * @pattern ^[A-Za-z0-9._-]+$
     */
  version?: string | null;
}

/**
 * How many stores the caller may create.
 */
export interface CreationsLimit {
  /**
     * How many are left at the moment.
     * @minimum 0
     */
  left: number;
  /**
     * How many there are in an hour.
     * @minimum 0
     */
  max: number;
}

/**
 * How one part is.
 */
export type DependencyState = typeof DependencyState[keyof typeof DependencyState];


export const DependencyState = {
  unknown: 'unknown',
  up: 'up',
  down: 'down',
} as const;

/**
 * The parts that the API depends on.
 */
export interface Dependencies {
  /** The Kubernetes API; without it stores are accepted and wait. */
  kubernetes: DependencyState;
  /** PostgreSQL; without it there is no answer to anything. */
  postgres: DependencyState;
}

/**
 * Where an engine's admin pages are.
 */
export interface EngineAdmin {
  /** Path below a store's address. */
  path: string;
}

/**
 * A kind of shop that a store can be.
 */
export interface Engine {
  admin?: EngineAdmin | null;
  /**
     * The cache that each store gets, if any.
     * @nullable
     */
  cache?: string | null;
  /**
     * The database that each store gets, if any.
     * @nullable
     */
  database?: string | null;
  /** The version of new stores that name none. */
  defaultVersion: string;
  /**
     * What one gets.
     * @nullable
     */
  description?: string | null;
  /** Its name, which goes into `engine` of a new store. */
  name: string;
  /** Its name for people. */
  title: string;
  /** The versions that a new store may have. */
  versions: string[];
}

/**
 * Whether an event is something to worry about.
 */
export type EventType = typeof EventType[keyof typeof EventType];


export const EventType = {
  Normal: 'Normal',
  Warning: 'Warning',
} as const;

/**
 * Something that happened to a store or in its namespace.
 */
export interface StoreEvent {
  /** When it happened, or happened last. */
  at: string;
  /** How often it happened. */
  count: number;
  /** Its identity. */
  id: string;
  /** What, as a sentence. */
  message: string;
  /**
     * To what in the namespace, as kind and name; null for the store as a whole.
     * @nullable
     */
  object?: string | null;
  /** What, as a word. */
  reason: string;
  /** Whether it is something to worry about. */
  type: EventType;
}

/**
 * What happened to a store.
 */
export interface Events {
  /** Whether the cluster was asked as well; if not, what happened in the store's namespace is missing. */
  complete: boolean;
  /** The events, newest first. */
  items: StoreEvent[];
}

/**
 * What is wrong with one field.
 */
export interface FieldError {
  /** Which field, by its path in the body or its name in the query. */
  field: string;
  /** What is wrong with it. */
  message: string;
}

/**
 * How the API is as a whole.
 */
export type HealthState = typeof HealthState[keyof typeof HealthState];


export const HealthState = {
  ok: 'ok',
  degraded: 'degraded',
  unavailable: 'unavailable',
  starting: 'starting',
  draining: 'draining',
} as const;

/**
 * How the API is.
 */
export interface Health {
  /** How each part is that it depends on. */
  dependencies: Dependencies;
  /** How it is as a whole. */
  state: HealthState;
  /** Its version. */
  version: string;
}

/**
 * Where a store stands. It goes from `Queued` over `Provisioning` to `Ready`; `Failed` says why in `reason` and `message`; a store
 * that was ready and doesn't answer now is `Degraded` until it does again; `Deleting` comes last, and then the store is gone.
 */
export type StoreStatus = typeof StoreStatus[keyof typeof StoreStatus];


export const StoreStatus = {
  Queued: 'Queued',
  Provisioning: 'Provisioning',
  Ready: 'Ready',
  Degraded: 'Degraded',
  Failed: 'Failed',
  Deleting: 'Deleting',
} as const;

/**
 * The steps, in the order in which they are shown.
 */
export type StepName = typeof StepName[keyof typeof StepName];


export const StepName = {
  Queue: 'Queue',
  Namespace: 'Namespace',
  Database: 'Database',
  Cache: 'Cache',
  Setup: 'Setup',
  Application: 'Application',
  Storefront: 'Storefront',
} as const;

/**
 * How far a step is.
 */
export type StepState = typeof StepState[keyof typeof StepState];


export const StepState = {
  Pending: 'Pending',
  Running: 'Running',
  Succeeded: 'Succeeded',
  Failed: 'Failed',
} as const;

/**
 * One step of a store's provisioning.
 */
export interface TimelineStep {
  /**
     * When it ended, well or not.
     * @nullable
     */
  finishedAt?: string | null;
  /**
     * What happens or happened, as a sentence for people.
     * @nullable
     */
  message?: string | null;
  /** Which step. */
  name: StepName;
  /**
     * When it began.
     * @nullable
     */
  startedAt?: string | null;
  /** How far it is. */
  state: StepState;
}

/**
 * A store, the same wherever one is shown.
 */
export interface Store {
  /**
     * Address of the shop's admin pages; null until it is known.
     * @nullable
     */
  adminUrl?: string | null;
  /** When it was asked for. */
  createdAt: string;
  /** Name of its engine. */
  engine: string;
  /** Its identity. */
  id: string;
  /**
     * When the store will be deleted, for nobody visits it; null unless its owner was warned. A visit takes the warning back.
     * @nullable
     */
  idleDeletionAt?: string | null;
  /**
     * When someone last visited the shop, give or take an hour; null as long as that isn't known.
     * @nullable
     */
  lastVisitAt?: string | null;
  /**
     * Why, as a sentence for people.
     * @nullable
     */
  message?: string | null;
  /** What people call it, as given. */
  name: string;
  /**
     * Id of the user whose it is; null for a store that came from Git or Helm without an owner.
     * @nullable
     */
  owner?: string | null;
  /**
     * When its provisioning began.
     * @nullable
     */
  provisioningStartedAt?: string | null;
  /**
     * Place in the queue, 1 being next; only while `Queued`.
     * @nullable
     */
  queuePosition?: number | null;
  /**
     * When it first became ready.
     * @nullable
     */
  readyAt?: string | null;
  /**
     * Why, as a stable word.
     * @nullable
     */
  reason?: string | null;
  /** Where it stands. */
  status: StoreStatus;
  /** What is done to bring the store up, step by step, in order. Empty until the cluster has taken the store. */
  timeline: TimelineStep[];
  /** Address of the shop. It is fixed from the beginning; the shop answers there once the status is `Ready`. */
  url: string;
  /**
     * The engine version that runs or was asked for; null until one of the two is known.
     * @nullable
     */
  version?: string | null;
}

/**
 * A message of `GET /api/ws`.
 */
export type LiveMessage = {
  /** The place from which to go on after a break. */
  cursor: string;
  /**
     * Whether everything that was missed has been sent. If not, read the list again: no cursor was given, or one from which there is
     * no going on, or too much has happened since.
     */
  resumed: boolean;
  type: 'ready';
} | {
  /**
     * The place from which to go on after a break; missing where more messages of the same moment follow.
     * @nullable
     */
  cursor?: string | null;
  /** The store. */
  store: Store;
  type: 'store';
} | {
  /**
     * The place from which to go on after a break; missing where more messages of the same moment follow.
     * @nullable
     */
  cursor?: string | null;
  /** The store's id. */
  id: string;
  type: 'deleted';
};

/**
 * Whose log it is.
 */
export type LogSource = typeof LogSource[keyof typeof LogSource];


export const LogSource = {
  setup: 'setup',
  app: 'app',
} as const;

/**
 * The end of a log.
 */
export interface LogTail {
  /** The lines, oldest first. None as long as there is no log. */
  lines: string[];
  /** Whose log it is. */
  source: LogSource;
  /** Whether something is left out: older lines, or the end of a very long one. */
  truncated: boolean;
}

/**
 * How many stores the caller may have.
 */
export interface StoresLimit {
  /**
     * How many there may be.
     * @minimum 0
     */
  max: number;
  /**
     * Stores that the caller has and hasn't asked to delete.
     * @minimum 0
     */
  used: number;
}

/**
 * What the caller may have and do.
 */
export interface MyLimits {
  /** Creations in an hour, by the caller or from the caller's address, whichever leaves less. */
  creationsPerHour: CreationsLimit;
  /** Stores at a time. */
  stores: StoresLimit;
}

/**
 * The caller, as the API knows them.
 */
export interface Me {
  /** Whether the caller sees everyone's stores. */
  admin: boolean;
  /** The caller's user id. */
  id: string;
  /** What the caller may have and do. */
  limits: MyLimits;
}

/**
 * How many of them are of which engine.
 */
export type MetricsByEngine = {[key: string]: number};

/**
 * How many of them stand where.
 */
export type MetricsByStatus = {[key: string]: number};

/**
 * Creations that were refused because of a limit, by code.
 */
export type MetricsRefusedTotal = {[key: string]: number};

/**
 * A distribution of times, in seconds.
 */
export interface ProvisioningSeconds {
  /**
     * On average.
     * @nullable
     */
  average?: number | null;
  /**
     * Half of them took no longer.
     * @nullable
     */
  p50?: number | null;
  /**
     * 95 of 100 took no longer.
     * @nullable
     */
  p95?: number | null;
  /**
     * 99 of 100 took no longer.
     * @nullable
     */
  p99?: number | null;
}

/**
 * What stores take; null where nothing was measured lately.
 */
export interface TotalResourceUse {
  /**
     * Processor cores.
     * @nullable
     */
  cpuCores?: number | null;
  /**
     * Bytes of memory.
     * @nullable
     */
  memoryBytes?: number | null;
}

/**
 * Totals over all stores.
 */
export interface Metrics {
  /** How many of them are of which engine. */
  byEngine: MetricsByEngine;
  /** How many of them stand where. */
  byStatus: MetricsByStatus;
  /** Stores ever created. */
  createdTotal: number;
  /** How often a store failed. */
  failedTotal: number;
  /** Orders that the cluster has yet to be told. */
  outboxOrders: number;
  /** Time from the request for a store until it was ready, in seconds; null as long as none was. */
  provisioningSeconds: ProvisioningSeconds;
  /** Stores that wait for a slot. */
  queueDepth: number;
  /** How often a quota stood in the way of a store. */
  quotaViolationsTotal: number;
  /** Creations that were refused because of a limit, by code. */
  refusedTotal: MetricsRefusedTotal;
  /** What all stores take together, as it was last measured. */
  resourceUse: TotalResourceUse;
  /** How many stores there are. */
  total: number;
}

/**
 * An error: `application/problem+json` of RFC 9457.
 */
export interface Problem {
  /** What went wrong, as a word that never changes its meaning. */
  code: Code;
  /** What happened and what to do next. */
  detail: string;
  /** What is wrong with which field. */
  errors?: FieldError[];
  /** The request's id; quote it when you report a problem. */
  requestId: string;
  /**
     * The HTTP status.
     * @minimum 0
     */
  status: number;
  /** The kind of problem in words. */
  title: string;
  /** The kind of problem as a URI; it says the same as `code`. */
  type: string;
}

/**
 * How much of something is used.
 */
export interface ResourceUse {
  /**
     * What the store may have; null until its namespace is there.
     * @nullable
     */
  limit?: number | null;
  /**
     * What is set aside for the store; null until its namespace is there.
     * @nullable
     */
  reserved?: number | null;
  /**
     * What was measured; null where the cluster doesn't measure it.
     * @nullable
     */
  used?: number | null;
}

/**
 * How many stores the same search finds by status, whichever statuses it asks for; a status without any is left out.
 */
export type StoreListCounts = {[key: string]: number};

/**
 * A page of stores.
 */
export interface StoreList {
  /** How many stores the same search finds by status, whichever statuses it asks for; a status without any is left out. */
  counts: StoreListCounts;
  /** The stores on this page. */
  items: Store[];
  /**
     * The cursor of the next page; null on the last one.
     * @nullable
     */
  nextCursor?: string | null;
  /** How many stores all pages have together. */
  total: number;
}

/**
 * A pod of a store.
 */
export interface StorePod {
  /**
     * Its role: `app`, `database`, `cache` or `setup`.
     * @nullable
     */
  component?: string | null;
  /**
     * Cores that it uses; null where the cluster doesn't measure it.
     * @nullable
     */
  cpu?: number | null;
  /**
     * Bytes of memory that it uses; null where the cluster doesn't measure it.
     * @nullable
     */
  memory?: number | null;
  /** Its name. */
  name: string;
  /** Whether it serves. */
  ready: boolean;
  /** How often it was started again. */
  restarts: number;
}

/**
 * What a store uses.
 */
export interface StoreUsage {
  /** When it was measured; where nobody measures, when it was asked for. */
  at: string;
  /** Processor cores. */
  cpu: ResourceUse;
  /** Bytes of memory. */
  memory: ResourceUse;
  /** The store's pods. */
  pods: StorePod[];
  /** Bytes of storage. How full the volumes are is not measured. */
  storage: ResourceUse;
  /** Volumes. */
  volumes: ResourceUse;
}

export type ListAuditParams = {
/**
 * Only what was done by users whose id begins with this.
 * @maxLength 128
 */
actor?: string;
/**
 * Only this.
 */
action?: AuditAction;
/**
 * Only what was done to the store of this id.
 */
store?: string;
/**
 * What came of it.
 */
result?: ListAuditResult;
/**
 * Only what was done at this time or later.
 */
since?: string;
/**
 * Only what was done before this time.
 */
until?: string;
/**
 * How many entries a page has at most: 1 to 200, or 50 where nothing is said.
 * @minimum 1
 * @maximum 200
 */
limit?: number;
/**
 * `nextCursor` of the page before, for the next one. The other parameters stay as they were.
 */
cursor?: string;
};

export type ListAuditResult = typeof ListAuditResult[keyof typeof ListAuditResult];


export const ListAuditResult = {
  accepted: 'accepted',
  refused: 'refused',
} as const;

export type LoginCallbackParams = {
/**
 * What we gave the browser to take along.
 */
state?: string;
/**
 * What the provider gives for who signed in.
 */
code?: string;
/**
 * Why it gives nothing.
 */
error?: string;
/**
 * Which provider it is.
 */
iss?: string;
};

export type LoginParams = {
/**
 * Address of the page of the dashboard to go back to; its first page where nothing is said.
 */
return_to?: string;
};

export type ListStoresParams = {
/**
 * Only stores with one of these statuses, separated by commas.
 * @pattern ^(Queued|Provisioning|Ready|Degraded|Failed|Deleting)(,(Queued|Provisioning|Ready|Degraded|Failed|Deleting))*$
 */
status?: string;
/**
 * Only stores of one of these engines, separated by commas.
 */
engine?: string;
/**
 * Only stores whose name contains this text, in upper or lower case.
 * @maxLength 63
 */
search?: string;
/**
 * The order: `-createdAt` (newest first, the default), `createdAt`, `name`, `-name`, `status`, `-status`.
 */
sort?: ListStoresSort;
/**
 * How many stores a page has at most: 1 to 200, or 50 where nothing is said.
 * @minimum 1
 * @maximum 200
 */
limit?: number;
/**
 * `nextCursor` of the page before, for the next one. The other parameters stay as they were.
 */
cursor?: string;
/**
 * Whose stores.
 */
scope?: ListStoresScope;
};

export type ListStoresSort = typeof ListStoresSort[keyof typeof ListStoresSort];


export const ListStoresSort = {
  '-createdAt': '-createdAt',
  createdAt: 'createdAt',
  name: 'name',
  '-name': '-name',
  status: 'status',
  '-status': '-status',
} as const;

export type ListStoresScope = typeof ListStoresScope[keyof typeof ListStoresScope];


export const ListStoresScope = {
  mine: 'mine',
  all: 'all',
} as const;

export type ReadStoreLogParams = {
/**
 * Whose log it is.
 */
source: ReadStoreLogSource;
/**
 * How many of the last lines: 1 to 1000, or 200 where nothing is said.
 * @minimum 1
 * @maximum 1000
 */
tail?: number;
};

export type ReadStoreLogSource = typeof ReadStoreLogSource[keyof typeof ReadStoreLogSource];


export const ReadStoreLogSource = {
  setup: 'setup',
  app: 'app',
} as const;

export type FollowStoresParams = {
/**
 * The last `cursor` that came, after a break: what was missed comes first.
 */
since?: string;
/**
 * Whose stores.
 */
scope?: FollowStoresScope;
/**
 * In `header` mode: who calls, where the header doesn't say it. A browser can't set headers on a WebSocket.
 */
user?: string;
};

export type FollowStoresScope = typeof FollowStoresScope[keyof typeof FollowStoresScope];


export const FollowStoresScope = {
  mine: 'mine',
  all: 'all',
} as const;

export const getListAuditUrl = (params?: ListAuditParams,) => {
  const normalizedParams = new URLSearchParams();

  Object.entries(params || {}).forEach(([key, value]) => {

    if (value !== undefined) {
      normalizedParams.append(key, value === null ? 'null' : String(value))
    }
  });

  const stringifiedParams = normalizedParams.toString();

  return stringifiedParams.length > 0 ? `/api/audit?${stringifiedParams}` : `/api/audit`
}

/**
 * For admins. The newest entry comes first. Entries are only ever added: no one changes or removes them, not by this API and not by
 * its role in the database. That somebody asked who may not is an entry as well.
 * @summary Lists who did what, to which store, when, from where, and what came of it.
 */
export const listAudit = async (params?: ListAuditParams, options?: Parameters<typeof request>[1]): Promise<AuditPage> => {

  return request<AuditPage>(getListAuditUrl(params),
  {
    ...options,
    method: 'GET'


  }
);}



export const getLoginCallbackUrl = (params?: LoginCallbackParams,) => {
  const normalizedParams = new URLSearchParams();

  Object.entries(params || {}).forEach(([key, value]) => {

    if (value !== undefined) {
      normalizedParams.append(key, value === null ? 'null' : String(value))
    }
  });

  const stringifiedParams = normalizedParams.toString();

  return stringifiedParams.length > 0 ? `/api/auth/callback?${stringifiedParams}` : `/api/auth/callback`
}

/**
 * Only the provider sends anyone here. The session begins, and the browser goes back to the dashboard.
 * @summary Takes a browser that comes back from the identity provider.
 */
export const loginCallback = async (params?: LoginCallbackParams, options?: Parameters<typeof request>[1]): Promise<unknown> => {

  return request<unknown>(getLoginCallbackUrl(params),
  {
    ...options,
    method: 'GET'


  }
);}



export const getLoginUrl = (params?: LoginParams,) => {
  const normalizedParams = new URLSearchParams();

  Object.entries(params || {}).forEach(([key, value]) => {

    if (value !== undefined) {
      normalizedParams.append(key, value === null ? 'null' : String(value))
    }
  });

  const stringifiedParams = normalizedParams.toString();

  return stringifiedParams.length > 0 ? `/api/auth/login?${stringifiedParams}` : `/api/auth/login`
}

/**
 * In `oidc` mode only. It comes back by way of `/api/auth/callback`, and then with a session in a cookie that no script can read.
 * @summary Sends a browser to the identity provider to sign in.
 */
export const login = async (params?: LoginParams, options?: Parameters<typeof request>[1]): Promise<unknown> => {

  return request<unknown>(getLoginUrl(params),
  {
    ...options,
    method: 'GET'


  }
);}



export const getLogoutUrl = () => {




  return `/api/auth/logout`
}

/**
 * The session of the cookie ends at once, everywhere. Whoever calls in another way has nothing to end. The session at the identity
 * provider is the provider's.
 * @summary Signs the caller out.
 */
export const logout = async ( options?: Parameters<typeof request>[1]): Promise<void> => {

  return request<void>(getLogoutUrl(),
  {
    ...options,
    method: 'POST'


  }
);}



export const getListEnginesUrl = () => {




  return `/api/engines`
}

/**
 * @summary Lists the engines that a store can have.
 */
export const listEngines = async ( options?: Parameters<typeof request>[1]): Promise<Engine[]> => {

  return request<Engine[]>(getListEnginesUrl(),
  {
    ...options,
    method: 'GET'


  }
);}



export const getGetHealthUrl = () => {




  return `/api/health`
}

/**
 * For people and for monitoring. The answer comes at once, whatever state the parts are in.
 * @summary Says how the API is, and each part that it depends on.
 */
export const getHealth = async ( options?: Parameters<typeof request>[1]): Promise<Health> => {

  return request<Health>(getGetHealthUrl(),
  {
    ...options,
    method: 'GET'


  }
);}



export const getGetLivenessUrl = () => {




  return `/api/health/live`
}

/**
 * For liveness probes: it says so whatever the database does, since starting again would help with nothing.
 * @summary Says that the process works.
 */
export const getLiveness = async ( options?: Parameters<typeof request>[1]): Promise<void> => {

  return request<void>(getGetLivenessUrl(),
  {
    ...options,
    method: 'GET'


  }
);}



export const getGetReadinessUrl = () => {




  return `/api/health/ready`
}

/**
 * For readiness probes. A database that is away later makes no replica better than another, so it is no reason to send requests elsewhere:
 * where all replicas were taken out at once, a load balancer would answer in our place, and say nothing of why.
 * @summary Says whether requests belong here: once the database's schema is there, and until the process is about to end.
 */
export const getReadiness = async ( options?: Parameters<typeof request>[1]): Promise<Health> => {

  return request<Health>(getGetReadinessUrl(),
  {
    ...options,
    method: 'GET'


  }
);}



export const getGetMeUrl = () => {




  return `/api/me`
}

/**
 * @summary Says who calls and what they may do.
 */
export const getMe = async ( options?: Parameters<typeof request>[1]): Promise<Me> => {

  return request<Me>(getGetMeUrl(),
  {
    ...options,
    method: 'GET'


  }
);}



export const getGetMetricsUrl = () => {




  return `/api/metrics`
}

/**
 * As Prometheus reads it (OpenMetrics for whoever asks for that), or with `Accept: application/json` as totals in JSON. What is about stores is counted in the database: each
 * replica says the same, so of several replicas take the maximum and not the sum. It is counted anew every two seconds at most.
 * @summary Measures the platform.
 */
export const getMetrics = async ( options?: Parameters<typeof request>[1]): Promise<string | Metrics> => {

  return request<string | Metrics>(getGetMetricsUrl(),
  {
    ...options,
    method: 'GET'


  }
);}



export const getListStoresUrl = (params?: ListStoresParams,) => {
  const normalizedParams = new URLSearchParams();

  Object.entries(params || {}).forEach(([key, value]) => {

    if (value !== undefined) {
      normalizedParams.append(key, value === null ? 'null' : String(value))
    }
  });

  const stringifiedParams = normalizedParams.toString();

  return stringifiedParams.length > 0 ? `/api/stores?${stringifiedParams}` : `/api/stores`
}

/**
 * Pages are cut by a cursor and stay right while stores come and go: none is shown twice and none that stays is left out. With `sort=status`
 * that holds for stores whose status stays as it is meanwhile; one that changes may come twice, or on no page.
 * @summary Lists the caller's stores.
 */
export const listStores = async (params?: ListStoresParams, options?: Parameters<typeof request>[1]): Promise<StoreList> => {

  return request<StoreList>(getListStoresUrl(params),
  {
    ...options,
    method: 'GET'


  }
);}



export const getCreateStoreUrl = () => {




  return `/api/stores`
}

/**
 * The answer comes as soon as the store is written down; it is built afterwards, however long the cluster can't be reached. Follow
 * it at the address in `Location`. With an `Idempotency-Key` the request can be repeated safely for 24 hours: it creates one store
 * however often it arrives.
 * @summary Creates a store.
 */
export const createStore = async (createStoreBody: CreateStore, options?: Parameters<typeof request>[1]): Promise<Store> => {

    const getHeaders = (h?: NonNullable<RequestInit['headers']>): Record<string, string | readonly string[]> => {
    if (!h) return {};
    if (h instanceof Headers) return Object.fromEntries(h.entries());
    if (Symbol.iterator in h) {
      return Object.fromEntries(
        Array.from(h as Iterable<Iterable<string>>, (entry) => Array.from(entry) as [string, string]),
      );
    }
    const headers: Record<string, string | readonly string[]> = {};
    for (const [name, value] of Object.entries<string | readonly string[] | undefined>(h)) {
      if (value !== undefined) headers[name] = value;
    }
    return headers;
  };
return request<Store>(getCreateStoreUrl(),
  {
    ...options,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(createStoreBody)
  }
);}



export const getGetStoreUrl = (id: string,) => {




  return `/api/stores/${id}`
}

/**
 * @summary Shows a store with its timeline.
 */
export const getStore = async (id: string, options?: Parameters<typeof request>[1]): Promise<Store> => {

  return request<Store>(getGetStoreUrl(id),
  {
    ...options,
    method: 'GET'


  }
);}



export const getDeleteStoreUrl = (id: string,) => {




  return `/api/stores/${id}`
}

/**
 * The answer comes as soon as the request is written down; the store is gone within half a minute. Deleting a store that is being
 * deleted, or is gone already, changes nothing and is answered in the same way.
 * @summary Deletes a store and everything it owns.
 */
export const deleteStore = async (id: string, options?: Parameters<typeof request>[1]): Promise<Store> => {

  return request<Store>(getDeleteStoreUrl(id),
  {
    ...options,
    method: 'DELETE'


  }
);}



export const getRevealAdminLoginUrl = (id: string,) => {




  return `/api/stores/${id}/admin-login`
}

/**
 * Each time is written into the audit log. The password is in no other answer, and nothing may keep this one.
 * @summary Reveals the login of a store's admin.
 */
export const revealAdminLogin = async (id: string, options?: Parameters<typeof request>[1]): Promise<AdminLogin> => {

  return request<AdminLogin>(getRevealAdminLoginUrl(id),
  {
    ...options,
    method: 'POST'


  }
);}



export const getListStoreEventsUrl = (id: string,) => {




  return `/api/stores/${id}/events`
}

/**
 * Its changes of status, and warnings that nobody visits it, are kept for ever; what happened in its namespace (failed probes, restarts,
 * quotas that stood in the way) for as long as the cluster keeps it, which is an hour or so.
 * @summary Says what happened to a store, newest first.
 */
export const listStoreEvents = async (id: string, options?: Parameters<typeof request>[1]): Promise<Events> => {

  return request<Events>(getListStoreEventsUrl(id),
  {
    ...options,
    method: 'GET'


  }
);}



export const getReadStoreLogUrl = (id: string,
    params: ReadStoreLogParams,) => {
  const normalizedParams = new URLSearchParams();

  Object.entries(params || {}).forEach(([key, value]) => {

    if (value !== undefined) {
      normalizedParams.append(key, value === null ? 'null' : String(value))
    }
  });

  const stringifiedParams = normalizedParams.toString();

  return stringifiedParams.length > 0 ? `/api/stores/${id}/logs?${stringifiedParams}` : `/api/stores/${id}/logs`
}

/**
 * @summary Shows the end of a log of a store.
 */
export const readStoreLog = async (id: string,
    params: ReadStoreLogParams, options?: Parameters<typeof request>[1]): Promise<LogTail> => {

  return request<LogTail>(getReadStoreLogUrl(id,params),
  {
    ...options,
    method: 'GET'


  }
);}



export const getGetStoreUsageUrl = (id: string,) => {




  return `/api/stores/${id}/usage`
}

/**
 * @summary Says what a store uses, and what it may use.
 */
export const getStoreUsage = async (id: string, options?: Parameters<typeof request>[1]): Promise<StoreUsage> => {

  return request<StoreUsage>(getGetStoreUsageUrl(id),
  {
    ...options,
    method: 'GET'


  }
);}



export const getFollowStoresUrl = (params?: FollowStoresParams,) => {
  const normalizedParams = new URLSearchParams();

  Object.entries(params || {}).forEach(([key, value]) => {

    if (value !== undefined) {
      normalizedParams.append(key, value === null ? 'null' : String(value))
    }
  });

  const stringifiedParams = normalizedParams.toString();

  return stringifiedParams.length > 0 ? `/api/ws?${stringifiedParams}` : `/api/ws`
}

/**
 * A WebSocket over which every change comes as a `LiveMessage` in JSON. The first is `ready`; read the list after it, and nothing is
 * missed. After a break, connect with the last `cursor` that came as `since`: what was missed comes before `ready`, unless `ready` says
 * that it could not be told (`resumed` is false) – then read the list again. The same store may be told twice; the last one is right.
 *
 * The server pings; a client that doesn't answer, or doesn't read, is let go. Close codes: 1001 the server is about to end or the
 * connection is old, 1008 no answer to pings, 1012 the database is another one, 1013 too slow, 4001 the session or the token by which the
 * client was known has ended. Connect again after each of them, after the last with another one.
 * @summary Follows the caller's stores, live.
 */
export const followStores = async (params?: FollowStoresParams, options?: Parameters<typeof request>[1]): Promise<unknown> => {

  return request<unknown>(getFollowStoresUrl(params),
  {
    ...options,
    method: 'GET'


  }
);}
