#include "agent/schema/postgresql/catalog_queries.h"

namespace brant {
namespace {

// `rel`: the tables and views that are looked at. Partitions are their parent's
// affair, and what an extension made is the extension's.
#define BRANT_RELATIONS                                                                       \
  "WITH rel AS (SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relpersistence, "       \
  "c.reloptions, c.relrowsecurity, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = " \
  "c.relnamespace "                                                                           \
  "WHERE n.nspname IN ($S) AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition "   \
  "AND c.relpersistence <> 't' AND NOT EXISTS (SELECT 1 FROM pg_depend d "                    \
  "WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')) "

// The names of columns by their numbers.
#define BRANT_COLUMN_NAMES(numbers, table)                                        \
  "(SELECT string_agg(a.attname, E'\\x1f' ORDER BY u.place) FROM unnest(" numbers \
  ") WITH ORDINALITY u (num, place) JOIN pg_attribute a ON a.attrelid = " table   \
  " AND a.attnum = u.num)"

#define BRANT_NAME(visible, schema, name)                              \
  "CASE WHEN " visible " THEN " name "::text ELSE quote_ident(" schema \
  ") "                                                                 \
  "|| '.' || quote_ident(" name ") END"

}  // namespace

const absl::string_view kRelationsQuery = BRANT_RELATIONS
    "SELECT r.oid, r.nspname, r.relname, r.relkind, r.relpersistence, "
    "array_to_string(r.reloptions, E'\\x1f'), d.description, "
    "CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END, "
    "CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END, "
    "(SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i "
    "WHERE i.inhrelid = r.oid), "
    "r.relrowsecurity OR EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = r.oid), "
    "CASE WHEN r.relkind IN ('r', 'p') THEN (SELECT string_agg(w.rulename, ', ' ORDER BY "
    "w.rulename) FROM pg_rewrite w WHERE w.ev_class = r.oid) END, "
    "r.relkind = 'p' AND EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = r.oid) "
    "FROM rel r LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass "
    "AND d.objoid = r.oid AND d.objsubid = 0";

const absl::string_view kColumnsQuery = BRANT_RELATIONS
    "SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
    "CASE WHEN a.attcollation <> t.typcollation THEN " BRANT_NAME(
        "pg_collation_is_visible(co.oid)", "con.nspname",
        "co.collname") " END, "
    "a.attidentity, a.attgenerated, pg_get_expr(ad.adbin, ad.adrelid), d.description, e.oid "
    "FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "JOIN pg_type t ON t.oid = a.atttypid "
    "LEFT JOIN pg_type e ON e.typtype = 'e' AND e.oid = "
    "CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END "
    "LEFT JOIN pg_collation co ON co.oid = a.attcollation "
    "LEFT JOIN pg_namespace con ON con.oid = co.collnamespace "
    "LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum "
    "LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid "
    "AND d.objsubid = a.attnum WHERE r.relkind IN ('r', 'p') ORDER BY a.attrelid, a.attnum";

// Foreign keys that refer to a partitioned table have copies for its partitions;
// checks of a parent have copies in its children. NULLS NOT DISTINCT and SET NULL
// (columns) are newer than some servers, so their columns are asked for by name.
const absl::string_view kConstraintsQuery = BRANT_RELATIONS
    "SELECT k.conrelid, k.conname, k.contype, k.condeferrable, k.condeferred, k.convalidated, "
    "k.connoinherit, " BRANT_COLUMN_NAMES("k.conkey", "k.conrelid") ", fn.nspname, f.relname, "
    BRANT_COLUMN_NAMES("k.confkey", "k.confrelid") ", k.confupdtype, k.confdeltype, "
    "k.confmatchtype, CASE k.contype WHEN 'c' THEN pg_get_expr(k.conbin, k.conrelid) "
    "WHEN 'x' THEN pg_get_constraintdef(k.oid) END, "
    "CASE WHEN i.indnatts > i.indnkeyatts THEN " BRANT_COLUMN_NAMES(
        "(i.indkey::int2[])[i.indnkeyatts:i.indnatts - 1]",
        "k.conrelid") " END, "
    "CASE WHEN k.contype = 'u' THEN to_jsonb(i) ->> 'indnullsnotdistinct' END, "
    "CASE WHEN k.confdeltype IN ('n', 'd') THEN (SELECT string_agg(a.attname, E'\\x1f' ORDER BY a.attnum) "
    "FROM pg_attribute a WHERE a.attrelid = k.conrelid "
    "AND to_jsonb(k) -> 'confdelsetcols' @> to_jsonb(a.attnum)) END "
    "FROM rel r JOIN pg_constraint k ON k.conrelid = r.oid "
    "LEFT JOIN pg_class f ON f.oid = k.confrelid "
    "LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace "
    "LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x') "
    "WHERE k.contype IN ('p', 'u', 'c', 'f', 'x') AND k.conparentid = 0 "
    "AND (k.conislocal OR k.coninhcount = 0)";

const absl::string_view kIndexesQuery = BRANT_RELATIONS
    "SELECT i.indexrelid, i.indrelid, ic.relname, i.indisunique, am.amname, "
    "pg_get_expr(i.indpred, i.indrelid), "
    "CASE WHEN i.indisunique THEN to_jsonb(i) ->> 'indnullsnotdistinct' END, "
    "array_to_string(ic.reloptions, E'\\x1f'), d.description, k.n > i.indnkeyatts, a.attname, "
    "CASE WHEN i.indkey[k.n - 1] = 0 THEN pg_get_indexdef(i.indexrelid, k.n, false) END, "
    "i.indoption[k.n - 1], "
    "CASE WHEN i.indcollation[k.n - 1] <> coalesce(a.attcollation, et.typcollation) THEN " BRANT_NAME(
        "pg_collation_is_visible(co.oid)", "con.nspname",
        "co.collname") " END, "
    "CASE WHEN NOT o.opcdefault THEN CASE WHEN pg_opclass_is_visible(o.oid) THEN o.opcname::text "
    "ELSE opn.nspname || '.' || o.opcname END "
    "WHEN ia.attoptions IS NOT NULL THEN o.opcname::text END, "
    "array_to_string(ia.attoptions, E'\\x1f') "
    "FROM rel r JOIN pg_index i ON i.indrelid = r.oid AND i.indislive "
    "AND (i.indisvalid OR r.relkind = 'p') JOIN pg_class ic ON ic.oid = i.indexrelid "
    "JOIN pg_am am ON am.oid = ic.relam "
    "CROSS JOIN LATERAL generate_series(1, i.indnatts) k (n) "
    "JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k.n "
    "JOIN pg_type et ON et.oid = ia.atttypid "
    "LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n - 1] "
    "AND a.attnum <> 0 "
    "LEFT JOIN pg_collation co ON co.oid = i.indcollation[k.n - 1] "
    "LEFT JOIN pg_namespace con ON con.oid = co.collnamespace "
    "LEFT JOIN pg_opclass o ON o.oid = i.indclass[k.n - 1] "
    "LEFT JOIN pg_namespace opn ON opn.oid = o.opcnamespace "
    "LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = i.indexrelid "
    "AND d.objsubid = 0 "
    "WHERE NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid "
    "AND c.contype IN ('p', 'u', 'x')) ORDER BY i.indexrelid, k.n";

const absl::string_view kEnumsQuery =
    "SELECT t.oid, n.nspname, t.typname, (SELECT string_agg(e.enumlabel, E'\\x1f' "
    "ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), d.description, "
    "n.nspname IN ($S) AND NOT EXISTS (SELECT 1 FROM pg_depend x "
    "WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e') "
    "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
    "LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid "
    "WHERE t.typtype = 'e'";

const absl::string_view kSequencesQuery =
    "SELECT n.nspname, c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, "
    "s.seqmin, s.seqmax, s.seqcache, s.seqcycle, d.description, o.refobjid, o.refobjsubid, "
    "o.deptype, format('nextval(%L::regclass)', c.oid::regclass) "
    "FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid AND c.relpersistence <> 't' "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid "
    "AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i') "
    "LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid "
    "AND d.objsubid = 0 "
    "WHERE n.nspname IN ($S) AND NOT EXISTS (SELECT 1 FROM pg_depend x "
    "WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')";

// Also of views in other schemas, if they read what is in these.
const absl::string_view kViewReadsQuery =
    "SELECT r.oid, rn.nspname, r.relname, "
    "CASE WHEN rn.nspname NOT IN ($S) THEN pg_get_viewdef(r.oid) END, n.nspname, c.relname "
    "FROM (SELECT DISTINCT w.ev_class, d.refobjid FROM pg_rewrite w JOIN pg_depend d "
    "ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid "
    "AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class) e "
    "JOIN pg_class r ON r.oid = e.ev_class AND r.relkind IN ('v', 'm') AND r.relpersistence <> 't' "
    "JOIN pg_namespace rn ON rn.oid = r.relnamespace "
    "JOIN pg_class c ON c.oid = e.refobjid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE rn.nspname IN ($S) OR n.nspname IN ($S) ORDER BY 1, 5, 6";

const absl::string_view kTriggersQuery = BRANT_RELATIONS
    "SELECT t.tgrelid, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled FROM rel r "
    "JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal";

// Materialized: without fresh statistics, as always in scratch space, the planner
// would join its parts to pg_depend one by one.
//
// A need of something that an extension owns is one of the extension. The types of
// tables, and enums, are made with the schema; what is of the server has a low oid.
const absl::string_view kNeedsQuery = BRANT_RELATIONS
    ", part AS MATERIALIZED (SELECT r.oid AS rel, a.attname AS name, 'pg_class'::regclass AS "
    "classid, "
    "r.oid AS objid, a.attnum::int AS sub FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid "
    "AND a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p') "
    "UNION ALL SELECT r.oid, a.attname, 'pg_attrdef'::regclass, d.oid, 0 FROM rel r "
    "JOIN pg_attrdef d ON d.adrelid = r.oid "
    "JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.adnum "
    "UNION ALL SELECT r.oid, k.conname, 'pg_constraint'::regclass, k.oid, 0 FROM rel r "
    "JOIN pg_constraint k ON k.conrelid = r.oid "
    "UNION ALL SELECT r.oid, c.relname, 'pg_class'::regclass, c.oid, 0 FROM rel r "
    "JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid "
    "UNION ALL SELECT r.oid, t.tgname, 'pg_trigger'::regclass, t.oid, 0 FROM rel r "
    "JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal "
    "UNION ALL SELECT r.oid, '', 'pg_rewrite'::regclass, w.oid, 0 FROM rel r "
    "JOIN pg_rewrite w ON w.ev_class = r.oid AND r.relkind IN ('v', 'm')) "
    "SELECT DISTINCT p.rel, p.name, coalesce("
    "pg_describe_object('pg_extension'::regclass, x.refobjid, 0), "
    "pg_describe_object(d.refclassid, coalesce(e.oid, d.refobjid), 0)) "
    "FROM part p JOIN pg_depend d ON d.classid = p.classid AND d.objid = p.objid "
    "AND d.objsubid = p.sub AND d.refobjid >= 16384 "
    "AND d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_collation'::regclass, "
    "'pg_opclass'::regclass, 'pg_operator'::regclass, 'pg_ts_config'::regclass, "
    "'pg_ts_dict'::regclass) "
    "LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid "
    "LEFT JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END "
    "LEFT JOIN pg_namespace n ON n.oid = e.typnamespace "
    "LEFT JOIN pg_class c ON c.oid = e.typrelid "
    "LEFT JOIN pg_depend x ON x.classid = d.refclassid "
    "AND x.objid = coalesce(e.oid, d.refobjid) AND x.deptype = 'e' "
    "WHERE x.objid IS NOT NULL OR e.oid IS NULL "
    "OR (NOT (e.typtype = 'e' AND n.nspname IN ($S)) AND coalesce(c.relkind = 'c', true)) "
    "ORDER BY 1, 2, 3";

#undef BRANT_RELATIONS
#undef BRANT_COLUMN_NAMES
#undef BRANT_NAME

}  // namespace brant
