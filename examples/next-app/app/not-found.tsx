import Link from "next/link";
import { Page } from "../components/page.tsx";

export default function NotFound() {
  return (
    <Page>
      <div className="narrow">
        <h1>There is nothing here.</h1>
        <p>
          <Link href="/">Back to the shop</Link>
        </p>
      </div>
    </Page>
  );
}
