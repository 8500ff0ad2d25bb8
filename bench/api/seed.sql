-- A thousand users with ten stores each, all of them ready, with the steps that a store has.
insert into stores (id, name, engine, owner, origin, created_at, created_ip, phase, reason, message, version, url, admin_url,
                    provisioning_started_at, ready_at, timeline)
select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'shop ' || n, 'woocommerce', 'user-' || n % 1000, 'api',
       now() - interval '2 days' + n * interval '1 second', '192.0.2.1', 'Ready', 'Ready', 'The shop answers with its products.', '10.0.2',
       'http://store-' || n || '.localhost', 'http://store-' || n || '.localhost/wp-admin', now() - interval '1 day', now() - interval '1 day',
       steps
from generate_series(1, 10000) as n,
     (select to_char(now() - interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ready) as time,
     lateral (select jsonb_agg(jsonb_build_object('name', step, 'state', 'Succeeded', 'startedAt', ready, 'finishedAt', ready,
                                                  'message', 'Done.') order by position) as steps
              from unnest(array['Queue', 'Namespace', 'Database', 'Cache', 'Setup', 'Application', 'Storefront'])
                   with ordinality as step (step, position)) as timeline;
