import type { RowContext } from '@dcc-mcp/call-store';
import type { MessageFacts } from '@dcc-mcp/workflow-spans';
import type { FinishedOperation } from '../../record/finished.ts';

/** What the operations of a caller have alike. */
export interface KeptCaller extends Pick<
  RowContext,
  'agent' | 'carrier' | 'forwardedFor' | 'sourceIp' | 'transport' | 'trust'
> {
  readonly sessionSource: RowContext['session']['source'];
  readonly networkTransport: MessageFacts['networkTransport'] | undefined;
  readonly protocolVersion: string | undefined;
}

/** Gives one object for as long as the same caller, or one that can't be told from it, calls again and again. */
export class KeptCallers {
  #last: KeptCaller | undefined;

  of({ ctx, facts }: Pick<FinishedOperation, 'ctx' | 'facts'>, sessionSource: KeptCaller['sessionSource']): KeptCaller {
    const { agent, carrier, forwardedFor, sourceIp, transport } = ctx;
    const { networkTransport, protocolVersion } = facts;
    const last = this.#last;
    // How far an address is believed follows from the address, and from whether others were forwarded with it.
    return last !== undefined &&
      last.agent === agent &&
      last.sourceIp === sourceIp &&
      last.forwardedFor === forwardedFor &&
      last.carrier === carrier &&
      last.transport === transport &&
      last.sessionSource === sessionSource &&
      last.networkTransport === networkTransport &&
      last.protocolVersion === protocolVersion
      ? last
      : (this.#last = {
          agent,
          trust: ctx.trust,
          carrier,
          forwardedFor,
          sourceIp,
          transport,
          sessionSource,
          networkTransport,
          protocolVersion,
        });
  }
}
