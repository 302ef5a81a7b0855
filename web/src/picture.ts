/** Makes a picture small enough to send. Nobody should have to know what a megabyte is. */
const MAX_PIXELS = 12_000_000; // width x height that keeps the letters of a long screenshot readable
const QUALITY = 0.85; // of the JPEG

/** Give the picture itself when it is small enough, else a smaller copy, or null when this device cannot make one. */
export async function fitting(picture: Blob, limit: number): Promise<Blob | null> {
  if (picture.size <= limit) return picture;
  const url = URL.createObjectURL(picture);
  try {
    const drawn = await new Promise<HTMLImageElement>((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = reject;
      image.src = url;
    });
    const scale = Math.min(1, Math.sqrt(MAX_PIXELS / (drawn.naturalWidth * drawn.naturalHeight)));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(drawn.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(drawn.naturalHeight * scale));
    canvas.getContext('2d')!.drawImage(drawn, 0, 0, canvas.width, canvas.height);
    const copy = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
    return copy && copy.size <= limit ? copy : null;
  } catch (error) {
    return null; // not a picture, or more than this device can draw
  } finally {
    URL.revokeObjectURL(url);
  }
}
