export interface Product {
  readonly slug: string;
  readonly name: string;
  readonly about: string;
  /** In cents. */
  readonly price: number;
}

export const products: readonly Product[] = [
  { slug: "mug", name: "Harbour mug", about: "Stoneware with a thumb rest, glazed by hand.", price: 1800 },
  { slug: "notebook", name: "Field notebook", about: "Ninety-six dotted pages that lie flat.", price: 1250 },
  { slug: "lamp", name: "Evening lamp", about: "Warm light, a linen shade, a brass switch.", price: 6400 },
  { slug: "pencils", name: "Three pencils", about: "Cedar, in soft, softer and softest.", price: 650 },
  { slug: "plant", name: "Desk fern", about: "Asks for little. Comes with its pot.", price: 2200 },
  { slug: "tote", name: "Market tote", about: "Heavy cotton, for groceries or for books.", price: 2400 },
];

export const findProduct = (slug: unknown): Product | undefined => products.find((product) => product.slug === slug);

const euros = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });
export const formatPrice = (cents: number): string => euros.format(cents / 100);
