/* A file that is read with one's token, so it is no plain link. */
export async function save(name: string, read: Promise<Blob>): Promise<void> {
  const address = URL.createObjectURL(await read);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
