-- Ten thousand stores of one user, as people name them, a few of them failed, not answering or waiting. No object in the cluster belongs
-- to them, so the watch leaves them as they are.
insert into stores (id, name, engine, owner, origin, created_at, created_ip, phase, reason, message, version, url, admin_url,
                    provisioning_started_at, ready_at, timeline)
select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       (array['Blue Harbour', 'Nordlicht', 'Café', 'Paper Crane', 'Juniper', 'Atelier', 'Kobayashi', 'Second Spring', 'Tin Roof', 'Marrow Street',
              'Fable', 'Öko', 'Old Mill'])[1 + n % 13] || ' ' ||
       (array['Goods', 'Tea', 'Candles', 'Books', 'Records', 'Toys', 'Salt', 'Garden', 'Wool', 'Bakery', 'Cycles'])[1 + n % 11] || ' ' || n,
       case when n % 3 = 1 then 'medusa' else 'woocommerce' end, 'bench', 'api', created_at, '192.0.2.1', phase,
       case phase when 'Failed' then 'ProvisioningTimeout' when 'Degraded' then 'NotAnswering' else 'Ready' end,
       case phase when 'Failed' then 'The setup did not finish within 10 minutes.' when 'Degraded' then 'The shop has not answered for 40 seconds.' end,
       '10.0.2', 'http://store-' || n || '.localhost', 'http://store-' || n || '.localhost/wp-admin', created_at, ready_at, steps
from generate_series(1, 10000) as n,
     lateral (select case when n % 41 = 7 then 'Failed' when n % 97 = 11 then 'Degraded' when n % 499 = 3 then 'Queued' else 'Ready' end as phase,
                     now() - interval '8 days' + n * interval '1 minute' as created_at) as p,
     lateral (select created_at + interval '8 seconds' as ready_at) as r,
     lateral (select jsonb_agg(jsonb_build_object('name', step, 'state', 'Succeeded', 'message', 'Done.',
                                                  'startedAt', to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                                                  'finishedAt', to_char(ready_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by position) as steps
              from unnest(array['Queue', 'Namespace', 'Database', 'Cache', 'Setup', 'Application', 'Storefront'])
                   with ordinality as step (step, position)) as timeline;
