import type { Metadata } from "next";
import { Page } from "../../components/page.tsx";
import { listDocs } from "../../lib/docs.ts";

export const metadata: Metadata = { title: "Documentation" };

export default async function DocsPage() {
  const pages = await listDocs();
  return (
    <Page at="/docs">
      <div className="column">
        <h1>Documentation</h1>
        <p className="lead">These are the pages of prisma-db-session, as Markdown.</p>
        <ul className="docs">
          {pages.map(({ name, title }) => (
            <li key={name}>
              <a href={`/docs/${name}`}>{title}</a> <span>{name}</span>
            </li>
          ))}
        </ul>
      </div>
    </Page>
  );
}
