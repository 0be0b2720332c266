import { countingSort } from './counting-sort.ts';

/** Each half of a double has three digits of 11 bits: few enough that their places stay in the cache of a processor. */
const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;
const SHIFTS = [0, DIGIT_BITS, 2 * DIGIT_BITS];
const SIGN = 0x80_00_00_00;
const LOW_BYTE = 4;

/**
 * The indexes of numbers, so that these ascend; what is no number (`NaN`) has no index among them. A radix sort: of a million
 * it takes a quarter of the time of comparing them, and whatever else belongs to the numbers can be put in the same order.
 */
export function ascending(numbers: Float64Array): Uint32Array {
  let order = indexesOf(numbers);
  for (const half of halvesOf(numbers)) {
    for (const shift of SHIFTS) {
      ({ order } = countingSort(order, digitsOf(half, shift), DIGITS));
    }
  }
  return order;
}

/** What lies at these indexes. */
export function numbersAt(numbers: Float64Array, indexes: Uint32Array): Float64Array {
  const picked = new Float64Array(indexes.length);
  for (let place = 0; place < picked.length; place += 1) {
    picked[place] = numbers[indexes[place] ?? 0] ?? Number.NaN;
  }
  return picked;
}

function indexesOf(numbers: Float64Array): Uint32Array {
  const indexes = new Uint32Array(numbers.length);
  let count = 0;
  for (let index = 0; index < numbers.length; index += 1) {
    indexes[count] = index;
    count += Number(!Number.isNaN(numbers[index]));
  }
  return indexes.subarray(0, count);
}

/** The lower one first. Bits of doubles are in the order of the numbers but for their sign, which comes first (IEEE 754). */
function halvesOf(numbers: Float64Array): readonly Uint32Array[] {
  const low = new Uint32Array(numbers.length);
  const high = new Uint32Array(numbers.length);
  const bits = new DataView(new ArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  for (let index = 0; index < numbers.length; index += 1) {
    bits.setFloat64(0, numbers[index] ?? Number.NaN);
    const first = bits.getInt32(0);
    const second = bits.getInt32(LOW_BYTE);
    high[index] = first < 0 ? ~first : first ^ SIGN;
    low[index] = first < 0 ? ~second : second;
  }
  return [low, high];
}

function digitsOf(half: Uint32Array, shift: number): Uint32Array {
  const digits = new Uint32Array(half.length);
  for (let index = 0; index < digits.length; index += 1) {
    digits[index] = ((half[index] ?? 0) >>> shift) & (DIGITS - 1);
  }
  return digits;
}
