import { AddForm } from "../components/add-form.tsx";
import { Drawing } from "../components/drawing.tsx";
import { Page } from "../components/page.tsx";
import { formatPrice, products } from "../lib/products.ts";

export default function Catalogue() {
  return (
    <Page at="/">
      <section className="hero">
        <h1>A few good things for a desk at night.</h1>
        <p>
          Look around as long as you like: without a cart you cost this shop no query, no row and no cookie. Put
          something into it, and you have a session.
        </p>
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
