import {
  type Attributes,
  type Context,
  type Counter,
  diag,
  type Gauge,
  type Histogram,
  type UpDownCounter,
} from '@opentelemetry/api';
import { toPlainAttributes } from './plain-attributes.ts';

/*
 * The SDK's instruments throw at whoever measures when attributes hold what JSON can't (a bigint, a circle, a getter that
 * throws), and one measurement that is no number spoils a sum for good. Both are left out here.
 */

type Measure = (value: number, attributes?: Attributes, context?: Context) => void;

/** The counter, with measurements that can't be summed left out. */
export function guardCounter<Instrument extends Counter | UpDownCounter>(instrument: Instrument): Instrument {
  const add: Measure = instrument.add.bind(instrument);
  instrument.add = (value, attributes, context) => {
    if (Number.isFinite(value)) {
      add(value, attributes === undefined ? attributes : toPlainAttributes(attributes), context);
    } else {
      sayLeftOut();
    }
  };
  return instrument;
}

/** The gauge or the histogram, with measurements that are no number at all left out. */
export function guardRecording<Instrument extends Gauge | Histogram>(instrument: Instrument): Instrument {
  const record: Measure = instrument.record.bind(instrument);
  instrument.record = (value, attributes, context) => {
    if (typeof value === 'number') {
      record(value, attributes === undefined ? attributes : toPlainAttributes(attributes), context);
    } else {
      sayLeftOut();
    }
  };
  return instrument;
}

function sayLeftOut(): void {
  diag.warn('a measurement that no one can keep is left out');
}
