import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { AskAnew } from "../components/ask-anew.tsx";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Small Hours", template: "%s · Small Hours" },
  description: "A few good things for a desk. An example of prisma-db-session.",
};

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#faf6f0" },
    { media: "(prefers-color-scheme: dark)", color: "#181614" },
  ],
};

/**
 * Nothing of the session is here: Next.js keeps a layout as it is while a visitor goes from page to page, so the name of somebody who was
 * signed out elsewhere would stay. See components/page.tsx.
 */
export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <AskAnew />
        {children}
      </body>
    </html>
  );
}
