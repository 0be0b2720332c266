/** A tool result with the same value as structured content and as text, as MCP asks for. */
export function answer(value) {
  return { structuredContent: value, content: [{ type: 'text', text: JSON.stringify(value) }] };
}

/** A tool that did not do what it was asked for. */
export function failure(message) {
  return { isError: true, content: [{ type: 'text', text: message }] };
}
