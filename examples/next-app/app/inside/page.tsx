import type { Metadata } from "next";
import { findSessionRow } from "../../lib/session-row.ts";

export const metadata: Metadata = { title: "Inside" };

export default async function InsidePage() {
  const row = await findSessionRow();
  return (
    <>
      <h1>What the database knows</h1>
      <div className="pair">
        <section className="panel">
          <h2>Your browser</h2>
          {row ? (
            <p>
              has a cookie with the key of your session: 32 random characters that no script can read. The shop keeps no
              copy.
            </p>
          ) : (
            <p>has no session with this shop.</p>
          )}
        </section>
        <section className="panel">
          <h2>The table</h2>
          {row ? (
            <>
              <p>has one row for it, under a hash. Whoever steals the table gets no key out of it.</p>
              <dl className="row">
                <dt>key</dt>
                <dd>
                  <code>{row.key}</code>
                </dd>
                <dt>expire_date</dt>
                <dd>
                  <time dateTime={row.expireDate.toISOString()}>
                    {row.expireDate.toISOString().slice(0, 16).replace("T", " ")} UTC
                  </time>
                </dd>
              </dl>
            </>
          ) : (
            <p>has no row for you. Put something into the cart and come back.</p>
          )}
        </section>
      </div>
    </>
  );
}
