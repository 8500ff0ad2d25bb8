-- A store that changes hands (in Git, say) is gone for the owner of before: whoever follows their stores has to hear of it.
alter table stores add column previous_owner text;

create index stores_of_previous_owner on stores (previous_owner) where previous_owner is not null;

create or replace function stores_note_change() returns trigger language plpgsql as $$
begin
    new.changed_in := pg_current_xact_id();
    if tg_op = 'UPDATE' and new.owner is distinct from old.owner then
        new.previous_owner := old.owner;
    end if;
    perform pg_notify('stores', new.id::text);
    return new;
end
$$;

-- A user's list is about the stores that there are, however many were there before.
create index stores_of_owner_now on stores (owner, created_at desc, id desc) where deleted_at is null;
