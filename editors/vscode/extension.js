// Starts `srlint lsp` and leaves all else to it: findings, quick fixes and settings come from the server.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const LANGUAGES = [
  "markdown", "mdx", "restructuredtext", "html", "asciidoc", "latex", "tex", "plaintext",
  // Read only with the setting `code`.
  "python", "javascript", "javascriptreact", "typescript", "typescriptreact", "go", "rust", "java", "c", "cpp",
  "shellscript",
];

let client;

async function start() {
  const [command, ...args] = vscode.workspace.getConfiguration("srlint").get("command");
  const documentSelector = LANGUAGES.flatMap((language) => [
    { scheme: "file", language },
    { scheme: "untitled", language },
  ]);
  client = new LanguageClient("srlint", "srlint", { command, args }, { documentSelector });
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(
      `srlint: cannot start ${command}: ${error.message}; install it with pip install 'srlint[embedded,lsp]', ` +
        "or say in srlint.command where it is",
    );
  }
}

async function stop() {
  const old = client;
  client = undefined;
  if (old !== undefined && old.needsStop()) {
    await old.stop();
  }
}

async function activate(context) {
  const restart = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(
    vscode.commands.registerCommand("srlint.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("srlint.command") && restart()),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
