import { Pulse } from './pulse';

export default function Page() {
  return (
    <main>
      <h1>Shop</h1>
      <Pulse />
    </main>
  );
}
