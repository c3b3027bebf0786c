/** A promise with its handles (`Promise.withResolvers`, which Node 20 lacks). */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

export function createDeferred<T>(): Deferred<T> {
  const handles: { resolve?: Deferred<T>['resolve']; reject?: Deferred<T>['reject'] } = {};
  const promise = new Promise<T>((resolve, reject) => Object.assign(handles, { resolve, reject }));
  return { promise, resolve: (value) => handles.resolve?.(value), reject: (error) => handles.reject?.(error) };
}

/** `promise`, or a rejection with `onLate()` after so many ms. The timer never outlives the race. */
export async function withDeadline<T>(promise: Promise<T>, timeoutMs: number, onLate: () => Error): Promise<T> {
  const late = createDeferred<never>();
  const timer = setTimeout(() => late.reject(onLate()), timeoutMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** True if `promise` settled within so many ms, whichever way. */
export async function settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  );
  const late = createDeferred<boolean>();
  const timer = setTimeout(() => late.resolve(false), timeoutMs);
  try {
    return await Promise.race([settled, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
