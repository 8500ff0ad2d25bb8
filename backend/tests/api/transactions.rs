//! Transactions whose callers are gone: a client that hangs up, a request that takes too long.

use backend::db;
use futures::poll;
use sqlx::PgPool;

use crate::cluster::eventually;

#[tokio::test]
async fn a_caller_that_is_gone_leaves_no_transaction_open() {
    let database = testbed::postgres().await.unwrap().database().await.unwrap();
    let watcher = PgPool::connect_with(database.options()).await.unwrap();
    let pool = db::pool(database.options().application_name("begins"), 1);
    // Given up before it is begun, while the server is asked, and after that.
    for looks in 0..100 {
        sqlx::query("select 1").execute(&pool).await.unwrap();
        let mut begun = Box::pin(db::begin(&pool));
        for _ in 0..looks {
            if poll!(&mut begun).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(begun);
        eventually("no transaction is open", async || {
            let open = "select count(*) from pg_stat_activity where application_name = 'begins' and state like 'idle in transaction%'";
            sqlx::query_scalar::<_, i64>(open).fetch_one(&watcher).await.unwrap() == 0
        })
        .await;
    }
}
