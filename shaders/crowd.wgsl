// People and vehicles of a drill. Two entries for each: the first its look (`fill` colour, `line` its height in metres as bits,
// `height` how much larger it is shown), the second its place (`fill`, `line`, `bits` scene x, y and z as bits, `height` where it
// heads, radians from east to north). `param.x` is the part: 0 body, 1 head or cab, 2 wheels. `scene.layer.z` is its least height, px.

struct CrowdOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) world: vec3<f32>,
    @location(1) colour: vec3<f32>,
}

@vertex
fn vertex(in: VertexIn) -> CrowdOut {
    var out: CrowdOut;
    let look = styles[in.slot * 2u];
    let place = styles[in.slot * 2u + 1u];
    let foot = vec3<f32>(bitcast<f32>(place.fill), bitcast<f32>(place.line), bitcast<f32>(place.bits));
    let at = view.clip_from_world * vec4<f32>(foot, 1.0);
    let least_m = scene.layer.z * scene.accent.w * metres_per_px(max(at.w, 0.1));
    let factor = look.height * max(1.0, least_m / max(bitcast<f32>(look.line), 0.1));
    let turn = vec2<f32>(cos(place.height), sin(place.height));
    let p = in.position;
    let n = in.normal.xyz;
    let world = foot + factor * vec3<f32>(turn.x * p.x + turn.y * p.z, p.y, turn.x * p.z - turn.y * p.x);
    let normal = vec3<f32>(turn.x * n.x + turn.y * n.z, n.y, turn.x * n.z - turn.y * n.x);
    var colour = unpack_colour(look.fill).rgb;
    if (in.param.x > 1.5) {
        colour *= 0.25;
    } else if (in.param.x > 0.5) {
        // The head is the second sign beside colour: pale, black (2, struck through in a legend), or as the body is (3, hollow).
        let pattern = look.bits & 0xffu;
        let pale = mix(colour, vec3<f32>(1.0), 0.55);
        colour = select(select(pale, colour, pattern == 3u), colour * 0.1, pattern == 2u);
    }
    out.colour = colour * sunlit(normalize(normal));
    out.world = world;
    out.clip = pulled(view.clip_from_world * vec4<f32>(world, 1.0), 0.0);
    // Nearer than every wall, and among themselves in their order: depth is 1 at the eye and next to 0 where anything stands.
    if ((look.bits & THROUGH) != 0u) { out.clip.z = 0.5 * (out.clip.z + out.clip.w); }
    if ((look.bits & VISIBLE) == 0u) { out.clip = NOWHERE; }
    return out;
}

@fragment
fn fragment(in: CrowdOut) -> @location(0) vec4<f32> {
    return vec4<f32>(hazed(in.colour, in.world), 1.0);
}
