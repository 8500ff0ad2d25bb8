-- Who is signed in at the dashboard, and who is about to. Nothing here is of use to someone who reads it: what browsers hold is kept as
-- a hash.

create table sessions (
    -- SHA-256 of the cookie.
    id_hash    bytea primary key,
    user_id    text not null,
    role       text not null check (role in ('user', 'admin')),
    created_at timestamptz not null,
    -- When it was last used, give or take a minute.
    seen_at    timestamptz not null,
    -- When it ends however much it is used.
    expires_at timestamptz not null
);

create index sessions_by_end on sessions (expires_at);

-- Between the way to the identity provider and back.
create table login_attempts (
    -- SHA-256 of `state`.
    state_hash    bytea primary key,
    -- SHA-256 of the cookie of the browser that was sent away, which must be the one that comes back.
    browser_hash  bytea not null,
    nonce         text not null,
    pkce_verifier text not null,
    return_to     text not null,
    expires_at    timestamptz not null
);

create index login_attempts_by_end on login_attempts (expires_at);
