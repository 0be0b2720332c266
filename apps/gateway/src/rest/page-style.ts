/** The style of our pages; its hash stands in their policy. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --paper: #fcfcfd; --line: #d9dce1; --soft: #5c6470; --accent: #0b5fbd; --box: #f1f3f5; --good: #18794e; --bad: #c62a2f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --paper: #121416; --line: #33383f; --soft: #a3abb6; --accent: #7cb7ff; --box: #1d2024; --good: #63c689; --bad: #ff8b8e; }
}
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1rem 0 .35rem; }
a { color: var(--accent); }
pre { overflow-x: auto; margin: .35rem 0; padding: .6rem .8rem; border-radius: .4rem; background: var(--box); user-select: all; -webkit-user-select: all; }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
code { font: .9em ui-monospace, monospace; }
small { color: var(--soft); }
details, section { border-top: 1px solid var(--line); padding: .6rem 0; }
summary { cursor: pointer; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.method { display: inline-block; min-width: 3.5em; color: var(--accent); font-weight: 600; }
dl { margin: 0; display: grid; grid-template-columns: minmax(12rem, auto) 1fr; gap: .3rem 1rem; }
dt, dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { padding-left: 1rem; } }
`;
