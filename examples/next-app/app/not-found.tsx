import Link from "next/link";
import { Page } from "../components/page.tsx";

export default function NotFound() {
  // The proxy, which keeps out what a browser sends as a notice, does not run for every address that leads here.
  return (
    <Page showsNotice={false}>
      <div className="narrow">
        <h1>There is nothing here.</h1>
        <p>
          <Link href="/">Back to the shop</Link>
        </p>
      </div>
    </Page>
  );
}
