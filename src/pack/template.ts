/** Fills `{{name}}` in a template; a name without a value is our bug. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`the template names {{${name}}}, which has no value`)
    return value
  })
}
