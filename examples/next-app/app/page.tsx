import { AddForm } from "../components/add-form.tsx";
import { Drawing } from "../components/drawing.tsx";
import { Page } from "../components/page.tsx";
import { formatPrice, products } from "../lib/products.ts";
import { currentUser } from "../lib/users.ts";

export default async function Catalogue({ searchParams }: PageProps<"/">) {
  // After a sign-out there is no session to keep a notice in, so the address says it.
  const isSignedOut = (await searchParams)["signed-out"] !== undefined && !(await currentUser());
  return (
    <Page
      at="/"
      notice={isSignedOut ? "You are signed out." : undefined}
      whatHappens={
        <>
          <p>A visitor who looks around costs no query, no row and no cookie.</p>
          <p>
            The first “Add to cart” creates a session: one row in the table, and one cookie in the browser. See{" "}
            <code>addToCart</code> in <code>app/actions.ts</code>.
          </p>
        </>
      }
    >
      <section className="hero">
        <h1>A few good things for a desk at night.</h1>
        <p>Stoneware, paper, and warm light. Each is made in small numbers, for people who work late.</p>
      </section>
      <ul className="shelf">
        {products.map(({ slug, name, about, price }) => (
          <li className="card" key={slug}>
            <Drawing of={slug} />
            <div className="card-text">
              <h2>{name}</h2>
              <p>{about}</p>
            </div>
            <AddForm slug={slug} name={name} price={formatPrice(price)} />
          </li>
        ))}
      </ul>
    </Page>
  );
}
