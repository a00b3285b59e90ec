/* A performance that is to be made. */
import { Frame } from "./Frame";
import { ShowForm } from "./ShowForm";
import { staffWords } from "./words";

export default function NewShowPage() {
  return <Frame title={staffWords().show.create}><ShowForm /></Frame>;
}
