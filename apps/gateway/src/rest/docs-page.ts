import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json-rpc.ts';
import { escapeHtml, type Page, renderPage } from './page.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Renders an OpenAPI document as one page: no script, no request to anywhere, dark or light as the reader's system is. */
export function renderDocsPage(document: object): Page {
  const plain: unknown = JSON.parse(JSON.stringify(document));
  const spec = isJsonObject(plain) ? plain : {};
  const info = objectAt(spec, 'info');
  const title = escapeHtml(textAt(info, 'title'));
  const documentUrl = escapeHtml(`${serverOf(spec).replace(/\/$/, '')}/v1/openapi.json`);
  return renderPage(
    title,
    `<header><h1>${title}</h1><p>${escapeHtml(textAt(info, 'description'))}</p>
<p>Version ${escapeHtml(textAt(info, 'version'))} · <a href="${documentUrl}">OpenAPI 3.1 document</a></p></header>
<main>
<h2 id="routes">Routes</h2>
${renderPaths(objectAt(spec, 'paths'))}
<h2 id="schemas">Schemas</h2>
${renderSchemas(objectAt(objectAt(spec, 'components'), 'schemas'))}
</main>`,
  );
}

function serverOf({ servers }: JsonObject): string {
  const [server] = Array.isArray(servers) ? servers : [];
  return isJsonObject(server) ? textAt(server, 'url') : '';
}

function renderPaths(paths: JsonObject): string {
  return Object.entries(paths)
    .flatMap(([path, item]) => METHODS.map((method) => renderOperation(path, method, item)))
    .join('\n');
}

function renderOperation(path: string, method: string, item: JsonValue | undefined): string {
  const operation = isJsonObject(item) ? item[method] : undefined;
  if (!isJsonObject(operation)) {
    return '';
  }
  return `<details><summary><code class="method">${method.toUpperCase()}</code> <code>${escapeHtml(path)}</code> ${escapeHtml(textAt(operation, 'summary'))}</summary>
${renderParameters(operation['parameters'])}${renderBody(operation)}
<h3>Answers</h3><dl>${renderResponses(objectAt(operation, 'responses'))}</dl></details>`;
}

function renderParameters(parameters: JsonValue | undefined): string {
  if (!Array.isArray(parameters)) {
    return '';
  }
  const rows = parameters
    .filter(isJsonObject)
    .map(
      (parameter: JsonObject) =>
        `<dt><code>${escapeHtml(textAt(parameter, 'name'))}</code> <small>${escapeHtml(textAt(parameter, 'in'))}</small></dt>` +
        `<dd>${escapeHtml(textAt(objectAt(parameter, 'schema'), 'description'))}</dd>`,
    );
  return `<h3>Parameters</h3><dl>${rows.join('')}</dl>`;
}

function renderBody(operation: JsonObject): string {
  const schema = schemaOf(objectAt(operation, 'requestBody'));
  return schema === undefined ? '' : `<h3>Body</h3>${renderSchema(schema)}`;
}

function renderResponses(responses: JsonObject): string {
  return Object.entries(responses)
    .map(([status, response]) => {
      const body = isJsonObject(response) ? response : {};
      const schema = schemaOf(body);
      return `<dt>${escapeHtml(status)}</dt><dd>${escapeHtml(textAt(body, 'description'))} ${schema === undefined ? '' : renderType(schema)}</dd>`;
    })
    .join('');
}

function schemaOf(holder: JsonObject): JsonObject | undefined {
  const schema = objectAt(objectAt(holder, 'content'), 'application/json')['schema'];
  return isJsonObject(schema) ? schema : undefined;
}

function renderSchemas(schemas: JsonObject): string {
  return Object.entries(schemas)
    .map(([name, schema]) => {
      const id = escapeHtml(name);
      return `<section id="${id}"><h3>${id}</h3>${isJsonObject(schema) ? renderSchema(schema) : ''}</section>`;
    })
    .join('\n');
}

function renderSchema(schema: JsonObject): string {
  const properties = objectAt(schema, 'properties');
  const names = Object.keys(properties).filter((name) => objectAt(properties, name)['deprecated'] !== true);
  if (names.length === 0) {
    return `<p>${renderType(schema)}</p>`;
  }
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const rows = names.map((name) => {
    const property = objectAt(properties, name);
    const mark = required.has(name) ? ' <small>required</small>' : '';
    return `<dt><code>${escapeHtml(name)}</code> ${renderType(property)}${mark}</dt><dd>${escapeHtml(textAt(property, 'description'))}</dd>`;
  });
  return `<dl>${rows.join('')}</dl>`;
}

/** A type in few words; a named schema as a link to it. */
function renderType(schema: JsonObject): string {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = escapeHtml(reference.slice(reference.lastIndexOf('/') + 1));
    return `<a href="#${name}">${name}</a>`;
  }
  const values = schema['enum'];
  if (Array.isArray(values)) {
    return `<small>${values.map((value) => escapeHtml(JSON.stringify(value))).join(' | ')}</small>`;
  }
  const alternatives = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  if (Array.isArray(alternatives)) {
    return alternatives
      .filter(isJsonObject)
      .map((item: JsonObject) => renderType(item))
      .join(' or ');
  }
  const type = [schema['type'] ?? 'any'].flat().map(String).join(' or ');
  const items = schema['items'];
  return `<small>${escapeHtml(type)}</small>${isJsonObject(items) ? ` of ${renderType(items)}` : ''}`;
}

function objectAt(source: JsonObject, key: string): JsonObject {
  const value = source[key];
  return isJsonObject(value) ? value : {};
}

function textAt(source: JsonObject, key: string): string {
  const value = source[key];
  return typeof value === 'string' ? value : '';
}
