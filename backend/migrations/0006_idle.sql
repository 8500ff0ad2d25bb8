-- When stores were last visited, as their shops tell; null where a shop can't. And when a store that nobody visits will be deleted: the
-- date that its owner was told, taken back when someone comes.
alter table stores
    add column visits_since     timestamptz,
    add column last_visit_at    timestamptz,
    add column visits_told_at   timestamptz,
    add column idle_deletion_at timestamptz;
