-- the default search
-- {}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND "o"."status" IS DISTINCT FROM %(p1)s ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "site": "", "limit": 100}

-- the default search, beyond a position
-- {}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT * FROM (SELECT * FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE (o.site = %(site)s AND "o"."status" IS DISTINCT FROM %(p1)s) AND ("o"."created_date" = %(p2)s AND "o"."id" > %(p3)s) ORDER BY "o"."created_date" ASC NULLS FIRST, "o"."id" ASC NULLS FIRST LIMIT %(limit)s) AS b1 UNION ALL SELECT * FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE (o.site = %(site)s AND "o"."status" IS DISTINCT FROM %(p1)s) AND "o"."created_date" > %(p4)s ORDER BY "o"."created_date" ASC NULLS FIRST, "o"."id" ASC NULLS FIRST LIMIT %(limit)s) AS b2) AS u ORDER BY "u"."created_date" ASC NULLS FIRST, "u"."id" ASC NULLS FIRST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" ASC NULLS FIRST, "k"."id" ASC NULLS FIRST
-- {"p1": "INITIALIZED", "p2": 1700000000000000, "p3": "an-id", "p4": 1700000000000000, "site": "", "limit": 100}

-- equality and the default sort
-- {"filter": {"paymentStatus": "PAID"}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND "o"."payment_status" = %(p2)s) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": "PAID", "site": "", "limit": 100}

-- equality and the default sort, beyond a position
-- {"filter": {"paymentStatus": "PAID"}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE (o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND "o"."payment_status" = %(p2)s)) AND ("o"."created_date" IS NULL AND "o"."id" <= %(p3)s) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": "PAID", "p3": "an-id", "site": "", "limit": 100}

-- null and present
-- {"filter": {"buyerInfo.email": null, "checkoutId": {"$ne": null}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND "o"."buyer_info_email" IS NULL AND NOT "o"."checkout_id" IS NULL) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "site": "", "limit": 100}

-- not equal keeps missing rows
-- {"filter": {"paymentStatus": {"$ne": "PAID"}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND "o"."payment_status" IS DISTINCT FROM %(p2)s) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": "PAID", "site": "", "limit": 100}

-- one of, with null
-- {"filter": {"channelInfo.type": {"$in": ["WEB", "POS", null]}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND ("o"."channel_info_type" IS NULL OR "o"."channel_info_type" = ANY(CAST(%(p2)s AS TEXT[])))) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": ["WEB", "POS"], "site": "", "limit": 100}

-- none of
-- {"filter": {"channelInfo.type": {"$nin": ["WEB", "POS"]}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND (NOT "o"."channel_info_type" = ANY(CAST(%(p2)s AS TEXT[])) OR "o"."channel_info_type" IS NULL)) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": ["WEB", "POS"], "site": "", "limit": 100}

-- a range of amounts
-- {"filter": {"priceSummary.total.amount": {"$gte": "5", "$lt": "10.50"}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND "o"."price_summary_total_amount" >= %(p2)s AND "o"."price_summary_total_amount" < %(p3)s) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": "25015", "p3": "2502105", "site": "", "limit": 100}

-- a negated range
-- {"filter": {"$not": {"createdDate": {"$gt": "2024-01-01T00:00:00Z"}}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND ("o"."created_date" <= %(p2)s OR "o"."created_date" IS NULL)) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": 1704067200000000, "site": "", "limit": 100}

-- a prefix
-- {"filter": {"buyerInfo.email": {"$startsWith": "Anna%_"}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND (LEFT("o"."buyer_info_email_folded", 256) >= %(p2)s AND LEFT("o"."buyer_info_email_folded", 256) < %(p3)s)) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": "anna%_", "p3": "anna%`", "site": "", "limit": 100}

-- a negated prefix
-- {"filter": {"$not": {"buyerInfo.email": {"$startsWith": "\udbff\udfff"}}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND (NOT LEFT("o"."buyer_info_email_folded", 256) >= %(p2)s OR "o"."buyer_info_email_folded" IS NULL)) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": "\udbff\udfff", "site": "", "limit": 100}

-- a boolean
-- {"filter": {"archived": false, "seenByAHuman": true}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND "o"."archived" = %(p2)s AND "o"."seen_by_ahuman" = %(p3)s) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": false, "p3": true, "site": "", "limit": 100}

-- some element
-- {"filter": {"lineItems.productName.original": {"$hasSome": ["Shoe", "Watch"]}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND "o"."line_items_product_name_original" && CAST(%(p2)s AS TEXT[])) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": ["Shoe", "Watch"], "site": "", "limit": 100}

-- all elements
-- {"filter": {"lineItems.productName.original": {"$hasAll": ["Shoe", "Watch"]}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND "o"."line_items_product_name_original" @> CAST(%(p2)s AS TEXT[])) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": ["Shoe", "Watch"], "site": "", "limit": 100}

-- no element
-- {"filter": {"paymentMethods": {"$nin": ["Cash", "PayPal"]}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND (NOT "o"."payment_methods" && CAST(%(p2)s AS TEXT[]) OR "o"."payment_methods" IS NULL)) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": ["Cash", "PayPal"], "site": "", "limit": 100}

-- a whole list
-- {"filter": {"paymentMethods": {"$eq": ["Cash", "PayPal"]}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND "o"."payment_methods" = CAST(%(p2)s AS TEXT[])) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": ["Cash", "PayPal"], "site": "", "limit": 100}

-- no elements at all
-- {"filter": {"paymentMethods": null}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND "o"."payment_methods" IS NULL) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "site": "", "limit": 100}

-- connectives keep their groups
-- {"filter": {"$or": [{"status": "APPROVED", "archived": true}, {"$not": {"number": "1", "paymentStatus": "PAID"}}]}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND ("o"."status" IS DISTINCT FROM %(p1)s AND (("o"."status" = %(p2)s AND "o"."archived" = %(p3)s) OR "o"."number" IS DISTINCT FROM %(p4)s OR "o"."payment_status" IS DISTINCT FROM %(p5)s)) ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": "APPROVED", "p3": true, "p4": "0001", "p5": "PAID", "site": "", "limit": 100}

-- nothing
-- {"filter": {"status": {"$in": []}}}
SELECT "k"."created_date", "k"."id", d.document FROM (SELECT o.rid, "o"."created_date", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND FALSE ORDER BY "o"."created_date" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."created_date" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"site": "", "limit": 100}

-- mixed directions
-- {"sort": [{"fieldName": "paymentStatus"}, {"fieldName": "number", "order": "DESC"}], "cursorPaging": {"limit": 10}}
SELECT "k"."payment_status", "k"."number", "k"."id", d.document FROM (SELECT o.rid, "o"."payment_status", "o"."number", "o"."id" FROM orders AS o WHERE o.site = %(site)s AND "o"."status" IS DISTINCT FROM %(p1)s ORDER BY "o"."payment_status" ASC NULLS FIRST, "o"."number" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."payment_status" ASC NULLS FIRST, "k"."number" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "site": "", "limit": 10}

-- mixed directions, beyond a position
-- {"sort": [{"fieldName": "paymentStatus"}, {"fieldName": "number", "order": "DESC"}], "cursorPaging": {"limit": 10}}
SELECT "k"."payment_status", "k"."number", "k"."id", d.document FROM (SELECT * FROM (SELECT * FROM (SELECT o.rid, "o"."payment_status", "o"."number", "o"."id" FROM orders AS o WHERE (o.site = %(site)s AND "o"."status" IS DISTINCT FROM %(p1)s) AND ("o"."payment_status" = %(p2)s AND "o"."number" = %(p3)s AND "o"."id" < %(p4)s) ORDER BY "o"."payment_status" ASC NULLS FIRST, "o"."number" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS b1 UNION ALL SELECT * FROM (SELECT o.rid, "o"."payment_status", "o"."number", "o"."id" FROM orders AS o WHERE (o.site = %(site)s AND "o"."status" IS DISTINCT FROM %(p1)s) AND ("o"."payment_status" = %(p5)s AND "o"."number" < %(p6)s) ORDER BY "o"."payment_status" ASC NULLS FIRST, "o"."number" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS b2 UNION ALL SELECT * FROM (SELECT o.rid, "o"."payment_status", "o"."number", "o"."id" FROM orders AS o WHERE (o.site = %(site)s AND "o"."status" IS DISTINCT FROM %(p1)s) AND ("o"."payment_status" = %(p7)s AND "o"."number" IS NULL) ORDER BY "o"."payment_status" ASC NULLS FIRST, "o"."number" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS b3 UNION ALL SELECT * FROM (SELECT o.rid, "o"."payment_status", "o"."number", "o"."id" FROM orders AS o WHERE (o.site = %(site)s AND "o"."status" IS DISTINCT FROM %(p1)s) AND "o"."payment_status" > %(p8)s ORDER BY "o"."payment_status" ASC NULLS FIRST, "o"."number" DESC NULLS LAST, "o"."id" DESC NULLS LAST LIMIT %(limit)s) AS b4) AS u ORDER BY "u"."payment_status" ASC NULLS FIRST, "u"."number" DESC NULLS LAST, "u"."id" DESC NULLS LAST LIMIT %(limit)s) AS k JOIN order_document AS d ON d.rid = k.rid ORDER BY "k"."payment_status" ASC NULLS FIRST, "k"."number" DESC NULLS LAST, "k"."id" DESC NULLS LAST
-- {"p1": "INITIALIZED", "p2": "PAID", "p3": "00110", "p4": "an-id", "p5": "PAID", "p6": "00110", "p7": "PAID", "p8": "PAID", "site": "", "limit": 10}

-- a count
-- {}
SELECT COUNT(*) FROM orders AS o WHERE o.site = %(site)s AND "o"."status" IS DISTINCT FROM %(p1)s
-- {"p1": "INITIALIZED", "site": ""}

-- a histogram by day
-- {}
SELECT g.bucket, COUNT(*), g.currency, g.amount, SUM(g.scaled / 2147483648), SUM(MOD(g.scaled, 2147483648)) FROM (SELECT "o"."created_date" - MOD(("o"."created_date" + 62135596800000000), 86400000000) AS bucket, "o"."currency" AS currency, CASE WHEN "o"."price_summary_total_amount_scaled" IS NULL THEN "o"."price_summary_total_amount" END AS amount, "o"."price_summary_total_amount_scaled" AS scaled FROM orders AS o WHERE o.site = %(site)s AND "o"."status" IS DISTINCT FROM %(p1)s) AS g GROUP BY g.bucket, g.currency, g.amount
-- {"p1": "INITIALIZED", "site": ""}
