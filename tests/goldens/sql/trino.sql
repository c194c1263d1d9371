-- the default search
-- {}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND "o"."status" IS DISTINCT FROM :p1 ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "site": "", "limit": 100}

-- the default search, beyond a position
-- {}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE (o.site = :site AND "o"."status" IS DISTINCT FROM :p1) AND (("o"."created_date" = :p2 AND "o"."id" > :p3) OR "o"."created_date" > :p4) ORDER BY "o"."created_date" ASC NULLS FIRST, "o"."id" ASC NULLS FIRST LIMIT :limit
-- {"p1": "INITIALIZED", "p2": 1700000000000000, "p3": "an-id", "p4": 1700000000000000, "site": "", "limit": 100}

-- equality and the default sort
-- {"filter": {"paymentStatus": "PAID"}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND "o"."payment_status" = :p2) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "PAID", "site": "", "limit": 100}

-- equality and the default sort, beyond a position
-- {"filter": {"paymentStatus": "PAID"}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE (o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND "o"."payment_status" = :p2)) AND ("o"."created_date" IS NULL AND "o"."id" <= :p3) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "PAID", "p3": "an-id", "site": "", "limit": 100}

-- null and present
-- {"filter": {"buyerInfo.email": null, "checkoutId": {"$ne": null}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND "o"."buyer_info_email" IS NULL AND NOT "o"."checkout_id" IS NULL) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "site": "", "limit": 100}

-- not equal keeps missing rows
-- {"filter": {"paymentStatus": {"$ne": "PAID"}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND "o"."payment_status" IS DISTINCT FROM :p2) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "PAID", "site": "", "limit": 100}

-- one of, with null
-- {"filter": {"channelInfo.type": {"$in": ["WEB", "POS", null]}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND ("o"."channel_info_type" IS NULL OR "o"."channel_info_type" IN (:p2, :p3))) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "WEB", "p3": "POS", "site": "", "limit": 100}

-- none of
-- {"filter": {"channelInfo.type": {"$nin": ["WEB", "POS"]}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND (NOT "o"."channel_info_type" IN (:p2, :p3) OR "o"."channel_info_type" IS NULL)) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "WEB", "p3": "POS", "site": "", "limit": 100}

-- a range of amounts
-- {"filter": {"priceSummary.total.amount": {"$gte": "5", "$lt": "10.50"}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND "o"."price_summary_total_amount" >= :p2 AND "o"."price_summary_total_amount" < :p3) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "25015", "p3": "2502105", "site": "", "limit": 100}

-- a negated range
-- {"filter": {"$not": {"createdDate": {"$gt": "2024-01-01T00:00:00Z"}}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND ("o"."created_date" <= :p2 OR "o"."created_date" IS NULL)) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": 1704067200000000, "site": "", "limit": 100}

-- a prefix
-- {"filter": {"buyerInfo.email": {"$startsWith": "Anna%_"}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND ("o"."buyer_info_email_folded" >= :p2 AND "o"."buyer_info_email_folded" < :p3)) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "anna%_", "p3": "anna%`", "site": "", "limit": 100}

-- a negated prefix
-- {"filter": {"$not": {"buyerInfo.email": {"$startsWith": "\udbff\udfff"}}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND (NOT "o"."buyer_info_email_folded" >= :p2 OR "o"."buyer_info_email_folded" IS NULL)) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "\udbff\udfff", "site": "", "limit": 100}

-- a boolean
-- {"filter": {"archived": false, "seenByAHuman": true}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND "o"."archived" = :p2 AND "o"."seen_by_ahuman" = :p3) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": false, "p3": true, "site": "", "limit": 100}

-- some element
-- {"filter": {"lineItems.productName.original": {"$hasSome": ["Shoe", "Watch"]}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND ARRAYS_OVERLAP("o"."line_items_product_name_original", ARRAY[:p2, :p3])) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "Shoe", "p3": "Watch", "site": "", "limit": 100}

-- all elements
-- {"filter": {"lineItems.productName.original": {"$hasAll": ["Shoe", "Watch"]}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND (CONTAINS("o"."line_items_product_name_original", :p2) AND CONTAINS("o"."line_items_product_name_original", :p3))) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "Shoe", "p3": "Watch", "site": "", "limit": 100}

-- no element
-- {"filter": {"paymentMethods": {"$nin": ["Cash", "PayPal"]}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND (NOT ARRAYS_OVERLAP("o"."payment_methods", ARRAY[:p2, :p3]) OR "o"."payment_methods" IS NULL)) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "Cash", "p3": "PayPal", "site": "", "limit": 100}

-- a whole list
-- {"filter": {"paymentMethods": {"$eq": ["Cash", "PayPal"]}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND "o"."payment_methods" = ARRAY[:p2, :p3]) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "Cash", "p3": "PayPal", "site": "", "limit": 100}

-- no elements at all
-- {"filter": {"paymentMethods": null}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND "o"."payment_methods" IS NULL) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "site": "", "limit": 100}

-- connectives keep their groups
-- {"filter": {"$or": [{"status": "APPROVED", "archived": true}, {"$not": {"number": "1", "paymentStatus": "PAID"}}]}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND ("o"."status" IS DISTINCT FROM :p1 AND (("o"."status" = :p2 AND "o"."archived" = :p3) OR "o"."number" IS DISTINCT FROM :p4 OR "o"."payment_status" IS DISTINCT FROM :p5)) ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "APPROVED", "p3": true, "p4": "0001", "p5": "PAID", "site": "", "limit": 100}

-- nothing
-- {"filter": {"status": {"$in": []}}}
SELECT "o"."created_date", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND FALSE ORDER BY "o"."created_date" DESC, "o"."id" DESC LIMIT :limit
-- {"site": "", "limit": 100}

-- mixed directions
-- {"sort": [{"fieldName": "paymentStatus"}, {"fieldName": "number", "order": "DESC"}], "cursorPaging": {"limit": 10}}
SELECT "o"."payment_status", "o"."number", "o"."id", o.document FROM orders AS o WHERE o.site = :site AND "o"."status" IS DISTINCT FROM :p1 ORDER BY "o"."payment_status" ASC NULLS FIRST, "o"."number" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "site": "", "limit": 10}

-- mixed directions, beyond a position
-- {"sort": [{"fieldName": "paymentStatus"}, {"fieldName": "number", "order": "DESC"}], "cursorPaging": {"limit": 10}}
SELECT "o"."payment_status", "o"."number", "o"."id", o.document FROM orders AS o WHERE (o.site = :site AND "o"."status" IS DISTINCT FROM :p1) AND (("o"."payment_status" = :p2 AND "o"."number" = :p3 AND "o"."id" < :p4) OR ("o"."payment_status" = :p5 AND "o"."number" < :p6) OR ("o"."payment_status" = :p7 AND "o"."number" IS NULL) OR "o"."payment_status" > :p8) ORDER BY "o"."payment_status" ASC NULLS FIRST, "o"."number" DESC, "o"."id" DESC LIMIT :limit
-- {"p1": "INITIALIZED", "p2": "PAID", "p3": "00110", "p4": "an-id", "p5": "PAID", "p6": "00110", "p7": "PAID", "p8": "PAID", "site": "", "limit": 10}

-- a count
-- {}
SELECT COUNT(*) FROM orders AS o WHERE o.site = :site AND "o"."status" IS DISTINCT FROM :p1
-- {"p1": "INITIALIZED", "site": ""}

-- a histogram by day
-- {}
SELECT g.bucket, COUNT(*), g.currency, g.amount, SUM(g.scaled / 2147483648), SUM(g.scaled % 2147483648) FROM (SELECT "o"."created_date" - ("o"."created_date" + 62135596800000000) % 86400000000 AS bucket, "o"."currency" AS currency, CASE WHEN "o"."price_summary_total_amount_scaled" IS NULL THEN "o"."price_summary_total_amount" END AS amount, "o"."price_summary_total_amount_scaled" AS scaled FROM orders AS o WHERE o.site = :site AND "o"."status" IS DISTINCT FROM :p1) AS g GROUP BY g.bucket, g.currency, g.amount
-- {"p1": "INITIALIZED", "site": ""}
