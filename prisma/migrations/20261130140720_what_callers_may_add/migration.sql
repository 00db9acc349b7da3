-- Names and prefixes of args that a proc takes undeclared. `allow_undeclared_args` stays for procs that take any: an earlier
-- gateway, which knows that column only, then refuses undeclared args.
ALTER TABLE "proc" ADD COLUMN "undeclared_arg_names" TEXT[] NOT NULL DEFAULT '{}';

-- Annotations and labels with a prefix need PROCTOR_ALLOWED_ANNOTATIONS. Those in use when this rule came stay allowed.
ALTER TABLE "installation" ADD COLUMN "kept_annotations" TEXT[] NOT NULL DEFAULT '{}';
UPDATE "installation" SET "kept_annotations" = ARRAY(
  SELECT DISTINCT k.key
  FROM (
    SELECT pod -> 'annotations' AS map FROM proc
    UNION ALL SELECT template #> '{metadata,annotations}' FROM pod_template
    UNION ALL SELECT template #> '{metadata,labels}' FROM pod_template
  ) used
  CROSS JOIN LATERAL jsonb_object_keys(
    CASE WHEN jsonb_typeof(used.map) = 'object' THEN used.map ELSE '{}'::jsonb END) AS k(key)
  WHERE k.key LIKE '%/%' ORDER BY k.key);
