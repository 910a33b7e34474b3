using System.Text;

namespace Henge.Tests.Tidy;

/// <summary>
/// The texts of a C# file as their readers see them: literals that a plus joins are one text, and what is only known
/// while running is <c>…</c>. Line ends are blanks, and blanks at the ends are left out.
/// </summary>
internal sealed class SourceTexts
{
    private const char Hole = '…';

    private readonly string _code;
    private int _at;

    private SourceTexts(string code) => _code = code;

    /// <summary>All texts of a file or a part of one, each with the place where it begins.</summary>
    public static IEnumerable<(int At, string Text)> Of(string code) => new SourceTexts(code).Read();

    /// <summary>The texts among the arguments of a constructor, wherever it is called.</summary>
    public static IEnumerable<string> GivenTo(string constructor, string code)
    {
        string call = $"new {constructor}(";
        for (int at = code.IndexOf(call, StringComparison.Ordinal); at >= 0;)
        {
            int from = at + call.Length;
            int end = new SourceTexts(code) { _at = from }.EndOfOperand(stopAtComma: false);
            foreach ((_, string text) in Of(code[from..end]))
            {
                yield return text;
            }
            at = code.IndexOf(call, from, StringComparison.Ordinal);
        }
    }

    private bool IsAtText => Peek() == '"' || (Peek() == '$' && Peek(1) == '"');

    private char Peek(int ahead = 0) => _at + ahead < _code.Length ? _code[_at + ahead] : '\0';

    private IEnumerable<(int At, string Text)> Read()
    {
        while (_at < _code.Length)
        {
            if (IsAtText)
            {
                int start = _at;
                var text = new StringBuilder();
                Literal(text);
                while (SkipPlus())
                {
                    if (IsAtText)
                    {
                        Literal(text);
                    }
                    else
                    {
                        _at = EndOfOperand(stopAtComma: true);
                        text.Append(Hole);
                    }
                }
                yield return (start, text.ToString().Trim());
            }
            else
            {
                SkipOne();
            }
        }
    }

    // Comments and characters may hold quotes that begin nothing.
    private void SkipOne()
    {
        if (Peek() == '/' && Peek(1) == '/')
        {
            int end = _code.IndexOf('\n', _at);
            _at = end < 0 ? _code.Length : end;
        }
        else if (Peek() == '\'')
        {
            _at += Peek(1) == '\\' ? 3 : 2;
            _at = _code.IndexOf('\'', _at) + 1;
        }
        else if (Peek() == '@' && Peek(1) == '"')
        {
            _at = _code.IndexOf('"', _at + 2) + 1;
        }
        else
        {
            _at++;
        }
    }

    private bool SkipPlus()
    {
        int at = _at;
        while (at < _code.Length && char.IsWhiteSpace(_code[at]))
        {
            at++;
        }
        if (at + 1 >= _code.Length || _code[at] != '+' || _code[at + 1] is '+' or '=')
        {
            return false;
        }
        at++;
        while (char.IsWhiteSpace(_code[at]))
        {
            at++;
        }
        _at = at;
        return true;
    }

    private void Literal(StringBuilder text)
    {
        bool hasHoles = Peek() == '$';
        _at += hasHoles ? 2 : 1;
        if (Peek() == '"' && Peek(1) == '"')
        {
            int end = _code.IndexOf("\"\"\"", _at + 2, StringComparison.Ordinal);
            text.Append(_code, _at + 2, end - _at - 2);
            _at = end + 3;
            return;
        }
        for (; Peek() != '"'; _at++)
        {
            if (Peek() == '\\')
            {
                _at++;
                text.Append(Peek() is 'r' or 'n' or 't' ? ' ' : Peek());
            }
            else if (hasHoles && Peek() == '{' && Peek(1) != '{')
            {
                _at++;
                _at = EndOfOperand(stopAtComma: false);
                text.Append(Hole);
            }
            else
            {
                _at += hasHoles && (Peek() is '{' or '}') ? 1 : 0;
                text.Append(Peek());
            }
        }
        _at += Peek(1) == 'u' && Peek(2) == '8' ? 3 : 1;
    }

    /// <summary>
    /// Where what begins here ends: at a bracket that it did not open, or where another operand begins.
    /// </summary>
    private int EndOfOperand(bool stopAtComma)
    {
        int before = _at;
        int depth = 0;
        while (_at < _code.Length)
        {
            char next = Peek();
            if (IsAtText)
            {
                Literal(new StringBuilder());
                continue;
            }
            if (depth == 0 && (next is ')' or ']' or '}' || (stopAtComma && "+,;?:".Contains(next))))
            {
                break;
            }
            depth += next is '(' or '[' or '{' ? 1 : next is ')' or ']' or '}' ? -1 : 0;
            SkipOne();
        }
        int end = _at;
        _at = before;
        return end;
    }
}
