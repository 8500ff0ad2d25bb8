-- What a list counts, searches, filters and sorts by, for each store that there is: ten thousand of these entries are one megabyte,
-- where the rows are twelve. So a list reads the rows of its page alone.
create index stores_in_lists on stores (owner, created_at desc, id desc) include (phase, engine, name) where deleted_at is null;

-- It has all that this one has.
drop index stores_of_owner_now;

-- What metrics count again and again.
create index audit_log_deletions on audit_log (store_id) where action = 'store.delete' and result = 'accepted';
