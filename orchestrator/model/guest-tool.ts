/** The rig's C program for guests, or why there is none. */
export type GuestTool =
  { readonly kind: 'built'; readonly path: string } | { readonly kind: 'impossible'; readonly reason: string };
