// The contracts' events, from the compiler's ABI: `Filed(uint64+complaint,… bytes32 digest)`, with + before what is indexed.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const CONTRACTS = [
  "ComplaintDesk",
  "OrganisationRegistry",
  "OrderEscrow",
  "BondClaims",
  "ArbitrationCourt",
  "OutsideArbitrators",
  "AppealFund",
];
// In no record: echoes, and what changes no case.
const ELSEWHERE =
  /^(Credited|CreditWithdrawn|Dispute|Evidence|ExitRequested|Listed|MetaEvidence|OrganisationWithdrew|PauseSet|RewardsWithdrawn|Staked|Token.*|TrackSet|Unstaked|VotingKeySet)$/;

export function events(root) {
  return Object.fromEntries(CONTRACTS.map((name) => [name, eventsOf(join(root, "dapp", "chain", "artifacts", `${name}.json`))]));
}

function eventsOf(path) {
  const abi = JSON.parse(readFileSync(path, "utf8")).abi.filter((entry) => entry.type === "event" && !ELSEWHERE.test(entry.name));
  return abi.map(({ name, inputs }) => `${name}(${inputs.map((one) => `${one.type}${one.indexed ? "+" : " "}${one.name}`)})`).sort();
}
