/** Version of this package, as its requests and scopes name it. */
export const VERSION = '0.1.0';
