import { useState } from 'preact/hooks';
import { gatewayUrl } from '../../api/client.ts';
import { LaterJsonView } from '../../parts/json/later-json-view.tsx';
import { CopyButton } from '../../parts/value/copy.tsx';
import { t } from '../../text/text.ts';
import { Answer } from './answer.tsx';
import style from './openapi.module.css';
import { canRun, type OpenApiParameter, type Operation } from './operations.ts';
import { addressOf, curlOf, fetchOf, type Filled, jsonRpcOf, missingOf } from './request-of.ts';
import { jsonIssue, sampleBody } from './sample-body.ts';

/** One route: a form for what it takes, its answer where the page may ask, and the request for elsewhere. */
export function OperationView({ operation }: { readonly operation: Operation }) {
  const { id, summary, parameters, body, mediaTypes } = operation;
  const [filled, setFilled] = useState<Filled>({});
  const [text, setText] = useState(() => (body === undefined ? '' : sampleBody(body)));
  const [asked, setAsked] = useState<{ readonly url: string; readonly times: number }>();
  const address = addressOf(gatewayUrl(), operation, filled);
  const missing = missingOf(operation, filled);
  const issue = body === undefined ? undefined : jsonIssue(text);
  return (
    <article class={style.operation} aria-label={id}>
      <h2>
        <code>{id}</code>
      </h2>
      <p>{summary}</p>
      <form onSubmit={(event) => (event.preventDefault(), setAsked({ url: address, times: (asked?.times ?? 0) + 1 }))}>
        {parameters.map((parameter) => (
          <Field
            key={parameter.name}
            parameter={parameter}
            value={filled[parameter.name] ?? ''}
            onValue={(value) => setFilled({ ...filled, [parameter.name]: value })}
          />
        ))}
        {body !== undefined && (
          <label class={style.field}>
            {t('openapi.body')}
            <textarea
              class="mono"
              rows={10}
              spellcheck={false}
              aria-invalid={issue !== undefined}
              value={text}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
            {issue !== undefined && <span class="bad">{issue}</span>}
          </label>
        )}
        <div class={style.buttons}>
          {canRun(operation) ? (
            <button type="submit" class="primary" disabled={missing.length > 0}>
              {t('openapi.run')}
            </button>
          ) : (
            <span class="soft">
              {mediaTypes.includes('text/event-stream') ? t('openapi.endless') : t('openapi.copyOnly')}
            </span>
          )}
          <CopyButton label="cURL" text={() => curlOf(address, operation, text)} />
          <CopyButton label="fetch" text={() => fetchOf(address, operation, text)} />
          {issue === undefined && body !== undefined && jsonRpcOf(operation, text) !== undefined && (
            <CopyButton label="JSON-RPC" text={() => jsonRpcOf(operation, text) ?? ''} />
          )}
        </div>
        {missing.length > 0 && <p class="soft">{t('openapi.missing', { names: missing.join(', ') })}</p>}
      </form>
      {asked !== undefined && <Answer key={asked.times} url={asked.url} />}
      {body !== undefined && <LaterJsonView value={body} label={t('openapi.schema')} />}
    </article>
  );
}

interface FieldProps {
  readonly parameter: OpenApiParameter;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A field of the kind that the schema says. */
function Field({ parameter: { name, required, schema = {} }, value, onValue }: FieldProps) {
  const { enum: choices, type, description } = schema;
  const onInput = ({ currentTarget }: { readonly currentTarget: { readonly value: string } }): void =>
    onValue(currentTarget.value);
  const isNumber = type === 'integer' || type === 'number';
  const offered = choices?.map(String) ?? (type === 'boolean' ? ['true', 'false'] : undefined);
  return (
    <label class={style.field}>
      <span>
        <code>{name}</code> {required === true && <span class="warn">{t('openapi.required')}</span>}
      </span>
      {offered === undefined ? (
        <TextField isNumber={isNumber} isNeeded={required === true} value={value} onInput={onInput} />
      ) : (
        <select value={value} onChange={onInput}>
          {['', ...offered].map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      )}
      <span class="soft">{description}</span>
    </label>
  );
}

interface TextFieldProps {
  readonly isNumber: boolean;
  readonly isNeeded: boolean;
  readonly value: string;
  readonly onInput: (event: { readonly currentTarget: { readonly value: string } }) => void;
}

function TextField({ isNumber, isNeeded, value, onInput }: TextFieldProps) {
  return isNumber ? (
    <input type="number" required={isNeeded} value={value} onInput={onInput} />
  ) : (
    <input type="text" required={isNeeded} spellcheck={false} value={value} onInput={onInput} />
  );
}
