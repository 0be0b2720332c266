/** The waterfall of a trace, which is loaded later than the page, and these with it. */
export const trace = {
  'trace.find': 'Find in this trace',
  'trace.find.placeholder': 'Find, or duration_ms>500',
  'trace.find.title':
    'Words are looked for in names, attributes, payloads and lines of servers; conditions are of spans: duration_ms>500ms ok=false name~upstream',
  'trace.matchesOnly': 'Matches only',
  'trace.pill.errors': 'errors',
  'trace.pill.slow': 'slow',
  'trace.pill.critical': 'on the critical path',
  'trace.pill.matches': 'matches',
  'trace.zoomIn': 'Nearer',
  'trace.zoomOut': 'Farther',
  'trace.fit': 'Whole',
  'trace.span': 'Span',
  'trace.time': 'Time',
  'trace.map': 'The whole trace: drag the part that is seen along, or over another one',
  'trace.ruler': 'Drag over a part to look at it; Ctrl and the wheel come nearer',
  'trace.fold': 'Fold',
  'trace.unfold': 'Unfold',
  'trace.repeats': '{all} together, {longest} the longest',
  'trace.logical': 'Logical view',
  'trace.logical.title': 'Fold what only carries a request, where all went well: hops, waits, answers (f)',
  'trace.compress': 'Compress {n} {n:gap|gaps}',
  'trace.compress.title': 'Draw what is long and holds no begin and no end shorter than it is (i)',
  'trace.gap': 'Nothing begins or ends here for so long: it is drawn shorter than it is',
  'trace.plumbing': '{n} {n:span|spans} folded: {names}',
  'trace.started': 'Begins after',
  'trace.exported': 'Exported',
  'trace.notExported': 'no: it is kept here only',
  'trace.requests': 'Related requests',
  'trace.thisOne': 'this one',
  'continuity.title': 'How whole the trace is',
  'continuity.none':
    'The caller sent no trace context, so this trace begins at the gateway. An agent sends it in _meta.traceparent or the traceparent header.',
  'continuity.linked': 'The caller’s trace is linked: this gateway opens a trace of its own.',
  'continuity.root': 'The trace begins at the gateway.',
  'continuity.meta': 'The caller’s trace goes on here: its context came in the message.',
  'continuity.header': 'The caller’s trace goes on here: its context came in a header.',
  'continuity.exported': 'Its spans are exported.',
  'continuity.notExported':
    'Its spans are not exported: no exporter is set, or the sampler left it out. It is kept here.',
} as const;

/** A text of the waterfall. */
export type TraceTextKey = keyof typeof trace;
