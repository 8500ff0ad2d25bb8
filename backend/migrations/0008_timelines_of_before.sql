-- The timelines that are known by now come along: a second for 10,000 stores, in which stores can be read but not changed. Nothing that
-- the API shows of a store changes by it, so nobody is told.
set local time zone 'UTC';

alter table stores disable trigger note_change;

update stores
set timeline = known.timeline
from (
    select store_id,
           jsonb_agg(
               jsonb_build_object(
                   'name', name,
                   'state', state,
                   'startedAt', replace(to_jsonb(started_at) #>> '{}', '+00:00', 'Z'),
                   'finishedAt', replace(to_jsonb(finished_at) #>> '{}', '+00:00', 'Z'),
                   'message', message
               )
               order by position
           ) as timeline
    from store_steps
    group by store_id
) as known
where id = known.store_id;

alter table stores enable trigger note_change;

-- The version before this one reads and writes store_steps and knows nothing of the column. It may run beside this one during an
-- upgrade, and after one that was taken back it runs alone.
--
-- What this version writes is copied for it, here. What it writes itself this version does not read: each replica sees every state of
-- every Store, when it is written and again when its watch begins, and writes the timeline down where only that differs
-- (db::observation).
--
-- One release later store_steps goes, with these triggers and their function, and what is done for that case in db::observation.
create function stores_copy_timeline() returns trigger language plpgsql as $$
begin
    delete from store_steps where store_id = new.id;
    insert into store_steps (store_id, position, name, state, started_at, finished_at, message)
    select new.id, position, step ->> 'name', step ->> 'state', (step ->> 'startedAt')::timestamptz,
           (step ->> 'finishedAt')::timestamptz, step ->> 'message'
    from jsonb_array_elements(new.timeline) with ordinality as steps (step, position);
    return null;
end
$$;

create trigger copy_new_timeline after insert on stores for each row
    when (new.timeline <> '[]') execute function stores_copy_timeline();

create trigger copy_timeline after update of timeline on stores for each row
    when (new.timeline is distinct from old.timeline) execute function stores_copy_timeline();
