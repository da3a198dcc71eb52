import type { TestCase } from "../test_case.ts";
import { aggregatesSuite } from "./aggregates_suite.ts";
import { autoIncrementSuite } from "./auto_increment_suite.ts";
import { bulkUpsertSuite } from "./bulk_upsert_suite.ts";
import { commitsSuite } from "./commits_suite.ts";
import { conditionsSuite } from "./conditions_suite.ts";
import { crudSuite } from "./crud_suite.ts";
import { driverConditionsSuite } from "./driver_conditions_suite.ts";
import { driverConstraintsSuite } from "./driver_constraints_suite.ts";
import { driverLifeSuite } from "./driver_life_suite.ts";
import { driverMembersSuite } from "./driver_members_suite.ts";
import { driverOrderSuite } from "./driver_order_suite.ts";
import { driverRowsSuite } from "./driver_rows_suite.ts";
import { driverTablesSuite } from "./driver_tables_suite.ts";
import { driverTransactionsSuite } from "./driver_transactions_suite.ts";
import { driverValuesSuite } from "./driver_values_suite.ts";
import { errorsSuite } from "./errors_suite.ts";
import { expressionsSuite } from "./expressions_suite.ts";
import { flowsSuite } from "./flows_suite.ts";
import { indexesSuite } from "./indexes_suite.ts";
import { iterateSuite } from "./iterate_suite.ts";
import { keysSuite } from "./keys_suite.ts";
import { lifecycleSuite } from "./lifecycle_suite.ts";
import { liveSuite } from "./live_suite.ts";
import { namesSuite } from "./names_suite.ts";
import { orderSuite } from "./order_suite.ts";
import { pairsSuite } from "./pairs_suite.ts";
import { paginateSuite } from "./paginate_suite.ts";
import { ownMembersSuite } from "./own_members_suite.ts";
import { pickSuite } from "./pick_suite.ts";
import { prepareSuite } from "./prepare_suite.ts";
import { referencesSuite } from "./references_suite.ts";
import { refusalsSuite } from "./refusals_suite.ts";
import { relationsSuite } from "./relations_suite.ts";
import { reopenSuite } from "./reopen_suite.ts";
import { returningSuite } from "./returning_suite.ts";
import { scopesSuite } from "./scopes_suite.ts";
import { schemaSuite } from "./schema_suite.ts";
import { securitySuite } from "./security_suite.ts";
import { sharingSuite } from "./sharing_suite.ts";
import { signalSuite } from "./signal_suite.ts";
import { storedFormsSuite } from "./stored_forms_suite.ts";
import { transactionsSuite } from "./transactions_suite.ts";
import { upsertChoicesSuite } from "./upsert_choices_suite.ts";
import { upsertSuite } from "./upsert_suite.ts";
import { valuesSuite } from "./values_suite.ts";

/**
 * All tests of the kit, by area: what a driver's own methods do, then what it gives through the ORM. A broken method is so
 * named before what it breaks elsewhere.
 */
export const SUITES: Readonly<Record<string, readonly TestCase[]>> = {
  "driver: tables": driverTablesSuite,
  "driver: rows": driverRowsSuite,
  "driver: values": driverValuesSuite,
  "driver: conditions": driverConditionsSuite,
  "driver: order": driverOrderSuite,
  "driver: constraints": driverConstraintsSuite,
  "driver: transactions": driverTransactionsSuite,
  "driver: optional members": driverMembersSuite,
  "driver: life": driverLifeSuite,
  "values": valuesSuite,
  "stored forms": storedFormsSuite,
  "refusals": refusalsSuite,
  "conditions": conditionsSuite,
  "expressions": expressionsSuite,
  "conditions: many pairs": pairsSuite,
  "order": orderSuite,
  "rows": crudSuite,
  "keys": keysSuite,
  "names": namesSuite,
  "autoIncrement": autoIncrementSuite,
  "indexes": indexesSuite,
  "references": referencesSuite,
  "relations": relationsSuite,
  "returning": returningSuite,
  "upsert": [...upsertSuite, ...upsertChoicesSuite, ...bulkUpsertSuite],
  "lists of other searches": pickSuite,
  "lifecycle": [...lifecycleSuite, ...commitsSuite, ...scopesSuite, ...signalSuite, ...liveSuite],
  "aggregates": aggregatesSuite,
  "iterate": iterateSuite,
  "paginate": paginateSuite,
  "prepare": prepareSuite,
  "transactions": transactionsSuite,
  "flows": flowsSuite,
  "schema": schemaSuite,
  "errors": errorsSuite,
  "security": [...securitySuite, ...ownMembersSuite],
  "sharing": sharingSuite,
  "reopen": reopenSuite,
};
