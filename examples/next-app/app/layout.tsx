import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { RefreshTab } from "../components/refresh-tab.tsx";
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
 * Shows no data of the session. Next.js keeps a layout while a visitor goes from page to page. So
 * the layout would still show the name of a user who is signed out. See components/page.tsx.
 */
export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <RefreshTab />
        {children}
      </body>
    </html>
  );
}
