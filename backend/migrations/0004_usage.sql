-- What stores take, as it was last measured. One replica measures at a time.
create table store_usage (
    store_id    uuid primary key references stores (id) on delete cascade,
    measured_at timestamptz not null,
    -- Cores and bytes; null where the cluster doesn't measure.
    cpu         double precision,
    memory      double precision
);

-- How often a quota stood in the way of a store's pods. The cluster counts by event and forgets its events after an hour.
create table quota_violations (
    event_uid text primary key,
    store_id  uuid not null references stores (id) on delete cascade,
    count     integer not null
);

create index quota_violations_of_store on quota_violations (store_id);

-- Work that one replica does for all: whoever moves the time on has it to do.
create table rounds (
    name    text primary key,
    next_at timestamptz not null
);

-- What metrics count again and again.
create index audit_log_refused_creations on audit_log (detail) where action = 'store.create' and result = 'refused';
create index store_events_failed on store_events (store_id) where type = 'Failed';
