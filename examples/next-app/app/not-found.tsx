import Link from "next/link";
import { Page } from "../components/page.tsx";

export default function NotFound() {
  // The proxy removes a notice that a browser sends, but it does not run for every address that
  // leads here.
  return (
    <Page showsNotice={false}>
      <div className="narrow">
        <h1>This page does not exist.</h1>
        <p>
          <Link href="/">Back to the shop</Link>
        </p>
      </div>
    </Page>
  );
}
