import Foundation

/// docs/json.md, and lines held against it. Python reads both: what other programs understand is what counts.
enum EventPage {
    static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/json.md").path

    /// Prints the kinds of events that came, and on standard error each line that is not as the page says.
    static let checker = #"""
        import json, re, sys
        page, command = open(sys.argv[1], encoding='utf-8').read(), sys.argv[2]

        def tables(text):
            """Its events with their fields, and its fields with their types."""
            events, types = {}, {}
            for row in re.findall(r'^\| (`.*) \|$', text, re.M):
                cells = [cell.strip() for cell in row.split(' | ')]
                names = re.findall(r'`([^`]+)`', cells[0])
                # A table of events names the fields in its last column, one of fields the type in its second.
                if re.fullmatch(r'(`\w+\??`(, )?)+', cells[-1]) and not is_type(cells[1]):
                    events[names[0]] = re.findall(r'`([^`]+)`', cells[-1])
                else:
                    for name in names: types[name] = cells[1]
            return events, types

        KINDS = {'text': str, 'integer': int, 'number': (int, float), 'boolean': bool, 'list': list, 'object': dict,
                 'null': type(None)}
        def is_type(text): return all(word in KINDS for word in text.split(' or '))
        def fits(value, text):
            kinds = tuple(k for word in text.split(' or ') for k in (KINDS[word] if isinstance(KINDS[word], tuple) else (KINDS[word],)))
            return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)

        general, *sections = re.split(r'^## ', page, flags=re.M)
        everywhere, ours = {}, None
        common_events, common_types = {}, {}
        for section in sections:
            title, _, body = section.partition('\n')
            if title.startswith('Fields'): common_events, common_types = tables(body)
            if title == 'sockeye ' + command: ours = tables(body)
        if ours is None: sys.exit('the page has no section for ' + command)
        events, types = {**common_events, **ours[0]}, {**common_types, **ours[1]}
        failed, seen = 0, []
        for line in sys.stdin:
            try: event = json.loads(line)
            except ValueError as error: print('no JSON:', error, line, file=sys.stderr); failed = 1; continue
            kind = event.get('event')
            if kind not in seen: seen.append(kind)
            if kind not in events: print('not on the page:', line, file=sys.stderr); failed = 1; continue
            fields = events[kind] + ['event']
            for field in fields:
                if not field.endswith('?') and field not in event: print('no', field, 'in', line, file=sys.stderr); failed = 1
            for field, value in event.items():
                if field not in fields and field + '?' not in fields: print(field, 'is not on the page:', line, file=sys.stderr); failed = 1
                elif field not in types or not fits(value, types[field]): print(field, 'is no', types.get(field), 'in', line, file=sys.stderr); failed = 1
            if 'bytes' in event and ('text' in event) == ('base64' in event) and kind != 'file': print('text or base64:', line, file=sys.stderr); failed = 1
        print(' '.join(seen)); sys.exit(failed)
        """#
}
