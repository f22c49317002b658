#!/usr/bin/env node
// Finds words that are hard for readers whose first language is not English, and long sentences.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const WORDS = [
  ["anew", "again"],
  ["aloud", "in the log"],
  ["reckon", "count, compute"],
  ["unheard", "whose acknowledgement was lost"],
  ["in vain", "without success"],
  ["likewise", "also"],
  ["be it", "whether"],
  ["carried out", "applied, executed"],
  ["nobody", "name the actor"],
  ["somebody", "name the actor"],
  ["whoever", "name the actor"],
  ["as it came", "unchanged"],
  ["guesser", "attacker"],
  ["fixer", "attacker"],
];
/** The longest sentence, in words. */
const MAX_IN_DOCS = 30;
const MAX_IN_COMMENTS = 25;

const root = fileURLToPath(new URL("..", import.meta.url));
const problems = [];

for (const path of await filesIn("src", /\.ts$/)) {
  const text = await readFile(join(root, path), "utf8");
  findWords(path, text.split("\n"));
  for (const comment of commentsOf(text)) {
    findPhrases(path, comment);
    findLongSentences(path, comment, MAX_IN_COMMENTS);
  }
}
for (const path of ["README.md", ...(await filesIn("docs", /\.md$/))]) {
  const prose = proseOf(await readFile(join(root, path), "utf8"));
  findWords(path, prose.split("\n"));
  findLongSentences(path, prose, MAX_IN_DOCS);
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  console.error(`${problems.length} places need plainer words.`);
  process.exitCode = 1;
}

async function filesIn(folder, name) {
  const entries = await readdir(join(root, folder), { recursive: true });
  return entries.filter((entry) => name.test(entry)).map((entry) => join(folder, entry));
}

function findWords(path, lines) {
  for (const [index, line] of lines.entries()) {
    for (const [word, better] of WORDS) {
      if (new RegExp(`\\b${word}\\b`, "i").test(line)) problems.push(`${path}:${index + 1}: "${word}" -> ${better}`);
    }
  }
}

/** Finds the words of more than one part that a line break divides. */
function findPhrases(path, comment) {
  for (const [phrase, better] of WORDS) {
    const broken = new RegExp(`\\b${phrase.replaceAll(" ", "(?: *\\n *)")}\\b`, "i");
    if (phrase.includes(" ") && broken.test(comment)) problems.push(`${path}: "${phrase}" -> ${better}`);
  }
}

/** The comments of a TypeScript file as prose: without asterisks, examples and code. */
function commentsOf(text) {
  const comments = text.match(/\/\*\*[\s\S]*?\*\/|(?:^[ \t]*\/\/.*\n)+/gm) ?? [];
  return comments.map((comment) =>
    proseOf(comment.replace(/^[ \t]*(?:\/\*\*|\*\/|\*|\/\/) ?|\*\/$/gm, ""))
      .replace(/\{@link [^}]*\}/g, "Link")
      .replace(/^@/gm, "\n@"),
  );
}

/** Removes code and tables from Markdown. Every line keeps its number. */
function proseOf(markdown) {
  const blank = (block) => block.replace(/[^\n]/g, "");
  return markdown
    .replace(/^```.*?^```$/gms, blank)
    .replace(/^<!--.*?-->$/gms, blank)
    .replace(/^\|.*$/gm, "")
    .replace(/`[^`\n]*`/g, "Code");
}

function findLongSentences(path, prose, max) {
  // A heading, a list item and a blank line each end a sentence.
  const parts = prose.split(/(?<=[.!?:])\s+(?=[A-Z`"([!*_-])|\n(?=\s*(?:[-*#>]|\d+\.)\s)|\n\s*\n/);
  for (const part of parts) {
    const words = part.replace(/\]\([^)]*\)/g, "]").match(/[\p{L}\p{N}'’-]+/gu) ?? [];
    if (words.length > max) {
      problems.push(
        `${path}: a sentence of ${words.length} words: "${part.trim().replace(/\s+/g, " ").slice(0, 80)}…"`,
      );
    }
  }
}
