-- The first schema. Rules for the ones to come: two versions of the backend run side by side during an upgrade, so a migration only
-- adds (nullable columns, tables, indexes); what nothing reads any more is dropped one release later.

-- What people asked for, and what the cluster last said of it. Rows are kept when their store is gone: limits count them, and the
-- audit log points at them.
create table stores (
    id                      uuid primary key,
    name                    text not null,
    engine                  text not null,
    -- The version that was asked for; null for the engine's default.
    wanted_version          text,
    -- Null for a store that came from Git or Helm without an owner: only admins see it.
    owner                   text,
    -- api: asked for here. cluster: came by kubectl, Helm or Git.
    origin                  text not null check (origin in ('api', 'cluster')),
    created_at              timestamptz not null,
    -- From where it was asked for.
    created_ip              inet,

    -- The resource's status, copied.
    phase                   text not null,
    reason                  text,
    message                 text,
    version                 text,
    url                     text,
    admin_url               text,
    queue_position          integer,
    provisioning_started_at timestamptz,
    ready_at                timestamptz,

    -- Which state of which object was copied last. Null until the resource was seen or written. The API server's resource versions
    -- are numbers that only grow, so that of two observers the one with the newer state wins.
    object_uid              text,
    object_version          bigint,
    -- By the database's clock, which all replicas share.
    observed_at             timestamptz,

    deletion_requested_at   timestamptz,
    deleted_at              timestamptz,

    -- Which transaction changed the row last: what a client that was away has missed is every row that was changed by a transaction
    -- that hadn't ended when it left.
    changed_in              xid8 not null default pg_current_xact_id()
);

create index stores_of_owner on stores (owner, created_at desc, id desc);
create index stores_by_age on stores (created_at desc, id desc) where deleted_at is null;
create index stores_from_ip on stores (created_ip, created_at desc) where origin = 'api';
create index stores_changed on stores (changed_in);

create function stores_note_change() returns trigger language plpgsql as $$
begin
    new.changed_in := pg_current_xact_id();
    perform pg_notify('stores', new.id::text);
    return new;
end
$$;

create trigger note_change before insert or update on stores for each row execute function stores_note_change();

-- The timeline in the resource's status.
create table store_steps (
    store_id    uuid not null references stores (id) on delete cascade,
    position    smallint not null,
    name        text not null,
    state       text not null,
    started_at  timestamptz,
    finished_at timestamptz,
    message     text,
    primary key (store_id, position)
);

-- What happened to a store, in order: each change of its phase, with the reason.
create table store_events (
    id       bigint generated always as identity primary key,
    store_id uuid not null references stores (id) on delete cascade,
    at       timestamptz not null,
    type     text not null,
    reason   text,
    message  text
);

create index store_events_of_store on store_events (store_id, id);

-- Who did what, to which store, when, from where, with what result. Only ever added to.
create table audit_log (
    id         bigint generated always as identity primary key,
    at         timestamptz not null,
    -- Null where the cluster did it by itself.
    actor      text,
    action     text not null,
    store_id   uuid,
    ip         inet,
    request_id text,
    result     text not null check (result in ('accepted', 'refused')),
    -- Why it was refused, as the code that the caller was given; or what came of it.
    detail     text
);

create index audit_log_of_store on audit_log (store_id, id);
create index audit_log_of_actor on audit_log (actor, id);

create function audit_log_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log can only be added to';
end
$$;

create trigger append_only before update or delete or truncate on audit_log
    for each statement execute function audit_log_refuse_change();

-- Answers that a repeated request gets again.
create table idempotency_keys (
    owner        text not null,
    key          text not null,
    -- SHA-256 of what was asked for.
    request_hash bytea not null,
    store_id     uuid not null references stores (id) on delete cascade,
    created_at   timestamptz not null,
    primary key (owner, key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);

-- What the cluster has yet to be told, in the order in which it was decided.
create table outbox (
    id              bigint generated always as identity primary key,
    store_id        uuid not null references stores (id) on delete cascade,
    action          text not null check (action in ('apply', 'delete')),
    created_at      timestamptz not null,
    attempts        integer not null default 0,
    next_attempt_at timestamptz not null,
    last_error      text
);

create index outbox_of_store on outbox (store_id, id);

create function outbox_notify() returns trigger language plpgsql as $$
begin
    perform pg_notify('outbox', '');
    return null;
end
$$;

create trigger wake_relay after insert on outbox for each statement execute function outbox_notify();
