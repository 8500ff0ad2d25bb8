-- A thousand users with ten stores each, all of them ready, with the steps that a store has.
insert into stores (id, name, engine, owner, origin, created_at, created_ip, phase, reason, message, version, url, admin_url,
                    provisioning_started_at, ready_at)
select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'shop ' || n, 'woocommerce', 'user-' || n % 1000, 'api',
       now() - interval '2 days' + n * interval '1 second', '192.0.2.1', 'Ready', 'Ready', 'The shop answers with its products.', '10.0.2',
       'http://store-' || n || '.localhost', 'http://store-' || n || '.localhost/wp-admin', now() - interval '1 day', now() - interval '1 day'
from generate_series(1, 10000) as n;

insert into store_steps (store_id, position, name, state, started_at, finished_at, message)
select id, position, step.name, 'Succeeded', now() - interval '1 day', now() - interval '1 day', 'Done.'
from stores, unnest(array['Queue', 'Namespace', 'Database', 'Cache', 'Setup', 'Application', 'Storefront'])
     with ordinality as step (name, position);
