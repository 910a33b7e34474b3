using System.Net;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;

namespace Henge.Discovery.Etcd.Gateway;

/// <summary>
/// Calls etcd's JSON gateway: any member that answers. One that is stopped or cut off answers slowly and does not
/// refuse, so each try has little time. Thread safe.
/// </summary>
internal sealed class EtcdClient : IDisposable
{
    /// <summary>Longest answer that is taken, in bytes: thousands of records.</summary>
    private const int MaxReplyBytes = 16 << 20;

    private const int MaxWords = 200;

    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_try = TimeSpan.FromSeconds(3);

    private readonly IReadOnlyList<Uri> _endPoints;
    private readonly string? _user;
    private readonly Func<string>? _password;
    private readonly TimeProvider _timeProvider;
    private readonly EtcdTls? _tls;
    private readonly HttpClient _http;
    private int _current;
    private string? _token;

    /// <summary>Creates it; nothing is asked yet.</summary>
    /// <param name="prefix">Where etcd is.</param>
    /// <param name="user">Who to log in as; null: nobody.</param>
    /// <param name="password">The user's password as it is now.</param>
    /// <param name="tls">Certificates; null: no TLS.</param>
    /// <param name="timeProvider">The clock.</param>
    public EtcdClient(
        EtcdPrefix prefix, string? user, Func<string>? password, EtcdTls? tls, TimeProvider timeProvider)
    {
        // To the HTTP client all is plain: TLS is below it.
        _endPoints = [.. prefix.EndPoints.Select(
            static uri => new UriBuilder(Uri.UriSchemeHttp, uri.Host, uri.Port).Uri)];
        (_user, _password, _timeProvider) = (user, password, timeProvider);
        _tls = tls;
        _http = EtcdDialer.Client(tls, s_connect, MaxReplyBytes);
    }

    /// <summary>Asks, and logs in where that is wanted.</summary>
    /// <exception cref="EtcdException">No member answered, or etcd refuses.</exception>
    public async Task<EtcdReply> CallAsync(string path, EtcdRequest request, CancellationToken cancellationToken)
    {
        if (_user is not null && _token is null)
        {
            await LogInAsync(cancellationToken).ConfigureAwait(false);
        }
        try
        {
            return await TryAllAsync(path, request, cancellationToken).ConfigureAwait(false);
        }
        catch (EtcdException error) when (error.WantsLogin && _user is not null)
        {
            await LogInAsync(cancellationToken).ConfigureAwait(false);
            return await TryAllAsync(path, request, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Watches through the member that answered last, until the watch ends, nothing came for a while, or
    /// <paramref name="take"/> has had enough.
    /// </summary>
    /// <param name="request">What to watch.</param>
    /// <param name="silence">Longest time without a word: a member that is stopped says nothing.</param>
    /// <param name="take">Gets each answer, and returns whether to go on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="EtcdException">It could not begin, or broke.</exception>
    public async Task WatchAsync(
        EtcdRequest request, TimeSpan silence, Func<EtcdReply, bool> take, CancellationToken cancellationToken)
    {
        using var quiet = new CancellationTokenSource(silence, _timeProvider);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, quiet.Token);
        try
        {
            using HttpRequestMessage message = Message(Current, "/v3/watch", request);
            using HttpResponseMessage response = await _http
                .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, ends.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw new EtcdException($"a watch was answered {(int)response.StatusCode}");
            }
            Stream stream = await response.Content.ReadAsStreamAsync(ends.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                var lines = new ReplyLines(stream, MaxReplyBytes);
                while (await lines.NextAsync(ends.Token).ConfigureAwait(false) is { } line)
                {
                    quiet.CancelAfter(silence);
                    EtcdReply reply = Parse(line.Span);
                    if (!take(reply.Result ?? throw new EtcdException(WordsOf(reply, "a watch broke"))))
                    {
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing came; the caller looks anew.
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            throw new EtcdException(error.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Uri Current => _endPoints[(int)((uint)Volatile.Read(ref _current) % (uint)_endPoints.Count)];

    private async Task LogInAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _token, null);
        try
        {
            EtcdReply reply = await TryAllAsync(
                "/v3/auth/authenticate", new EtcdRequest { Name = _user, Password = _password!() }, cancellationToken)
                .ConfigureAwait(false);
            Volatile.Write(ref _token, reply.Token);
        }
        catch (EtcdException error) when (error.Code == EtcdException.FailedPrecondition)
        {
            // It has no users, and lets everybody in.
            Volatile.Write(ref _token, "");
        }
    }

    private async Task<EtcdReply> TryAllAsync(string path, EtcdRequest request, CancellationToken cancellationToken)
    {
        EtcdException? last = null;
        for (int i = 0; i < _endPoints.Count; i++)
        {
            int at = Volatile.Read(ref _current);
            try
            {
                return await TryAsync(Current, path, request, cancellationToken).ConfigureAwait(false);
            }
            catch (EtcdException error) when (error.Code is 0)
            {
                last = error;
            }
            Interlocked.CompareExchange(ref _current, at + 1, at);
        }
        throw last!;
    }

    // What another member may answer better has code 0.
    private async Task<EtcdReply> TryAsync(
        Uri endPoint, string path, EtcdRequest request, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_try, _timeProvider);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using HttpRequestMessage message = Message(endPoint, path, request);
            using HttpResponseMessage response = await _http.SendAsync(message, ends.Token).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(ends.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                EtcdReply reply = Parse(body);
                return reply.Result ?? reply;
            }
            if (!body.AsSpan().StartsWith("{"u8))
            {
                // Its listener says so before the gateway does, or it is no etcd.
                throw new EtcdException(response.StatusCode == HttpStatusCode.NotFound
                    ? "it has no JSON gateway of version 3, or is no etcd"
                    : $"it answered {(int)response.StatusCode}: {Printable(body)}");
            }
            EtcdReply refusal = Parse(body);
            throw new EtcdException(
                WordsOf(refusal, $"it answered {(int)response.StatusCode}"),
                (int)response.StatusCode >= 500 ? 0 : refusal.Code);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EtcdException("it does not answer");
        }
        catch (HttpRequestException error)
        {
            throw new EtcdException(WordsOf(error));
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            throw new EtcdException("what it answers is not what etcd does");
        }
    }

    private HttpRequestMessage Message(Uri endPoint, string path, EtcdRequest request)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(endPoint, path))
        {
            Content = new ByteArrayContent(
                JsonSerializer.SerializeToUtf8Bytes(request, EtcdJson.Default.EtcdRequest)),
        };
        if (Volatile.Read(ref _token) is { Length: > 0 } token)
        {
            message.Headers.TryAddWithoutValidation("Authorization", token);
        }
        return message;
    }

    // Of a line that any server may have written.
    private static string Printable(byte[] body) => string.Concat(
        Encoding.ASCII.GetString(body.AsSpan(0, Math.Min(body.Length, MaxWords))).TrimEnd()
            .Select(static c => c is < ' ' or > '~' ? '?' : c));

    private static EtcdReply Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, EtcdJson.Default.EtcdReply) ?? throw new JsonException("null");

    private string WordsOf(HttpRequestException error)
    {
        if (error.InnerException is AuthenticationException refusal)
        {
            return $"TLS with it fails: {(refusal.InnerException ?? refusal).Message}";
        }
        if (error.InnerException is IOException)
        {
            // By TLS 1.3 it refuses certificates only when the first request is there.
            return _tls is null ? "it ends the connection without an answer: if it speaks TLS, give https://…"
                : _tls.HasCertificate
                ? "it ends the connection without an answer: it may not take this node's certificate (--etcd-cert)"
                : "it ends the connection without an answer: it may want a certificate (--etcd-cert, --etcd-key)";
        }
        return error.HttpRequestError switch
        {
            HttpRequestError.ConnectionError => "it cannot be reached",
            HttpRequestError.NameResolutionError => "its name cannot be resolved",
            _ => error.Message,
        };
    }

    private static string WordsOf(EtcdReply reply, string fallback) => reply.Message
        ?? (reply.Error is { ValueKind: JsonValueKind.String } error ? error.GetString()! : fallback);
}
