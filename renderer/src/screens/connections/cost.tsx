import { Table, Text } from '@mantine/core';
import type { GrantsView, ListCostView } from '../../../../app/contract/index.ts';
import { useNameOf } from '../../parts/labels.tsx';
import { useFormats, useWords } from '../../words/index.ts';

/** Four bytes of English or JSON are about one token of today's models. */
export const tokensOf = ({ bytes }: ListCostView): number => Math.round(bytes / 4);

/** What reading the tool list takes from the assistant's attention. */
export function Cost({ grants, client }: { readonly grants: GrantsView; readonly client: string }) {
  const { grants: words } = useWords().connections;
  const cost = grants.costs.find(one => one.client === client);
  if (cost === undefined || cost.tools === 0) return null;
  return (
    <Text size="sm">
      {words.cost(cost.tools, tokensOf(cost))}{' '}
      <Text span size="xs" c="dimmed">
        {words.costEstimate}
      </Text>
    </Text>
  );
}

/** The same for every assistant with a key here. */
export function Costs({ grants }: { readonly grants: GrantsView }) {
  const { grants: words } = useWords().connections;
  const formats = useFormats();
  const nameOf = useNameOf();
  const known = grants.costs.filter(cost => cost.client !== '');
  if (known.length === 0) return null;
  return (
    <details>
      <summary>{words.costs}</summary>
      <Table verticalSpacing={4} maw={420}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.who}</Table.Th>
            <Table.Th ta="right">{words.tools}</Table.Th>
            <Table.Th ta="right">{words.tokens}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {known.map(cost => (
            <Table.Tr key={cost.client}>
              <Table.Td>{nameOf(cost.client)}</Table.Td>
              <Table.Td ta="right">{formats.number(cost.tools)}</Table.Td>
              <Table.Td ta="right">{formats.number(tokensOf(cost))}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}
